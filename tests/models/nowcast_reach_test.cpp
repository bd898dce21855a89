#include "models/nowcast_reach.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/nowcast_cnn.hpp"

using namespace stormsweep;

namespace {

/// First and last place along an axis where a gradient is not zero.
Reach where(const torch::Tensor& gradient, std::int64_t axis) {
  const torch::Tensor places = gradient.abs().sum({0, 1, axis == 2 ? 3 : 2}).nonzero();
  return {places.min().item<std::int64_t>(), places.max().item<std::int64_t>()};
}

}  // namespace

TEST_CASE("nowcast reach: exactly the input pixels whose gradients of an output pixel are not zero") {
  NowcastCnn network({.base_filters = 2}, 1);
  {
    const torch::NoGradGuard no_gradient;  // positive weights: no rectifier is shut, no path cancels another
    for (torch::Tensor& parameter : network.parameters()) parameter.abs_().add_(0.01);
  }
  const auto reach = nowcast_reach();
  torch::Tensor input = torch::ones({1, 7, 272, 256}).requires_grad_();
  const torch::Tensor output = network.forward(input)[3];
  REQUIRE(output.sizes() == torch::IntArrayRef({1, 6, 70, 54}));
  for (const std::int64_t k : {0, 5, 6, 15, 16, 37}) {
    const std::int64_t row = k + 16, shift = k / 16 * 16;
    const torch::Tensor gradient =
        torch::autograd::grad({output.index({0, 3, row, k})}, {input}, {}, /*retain_graph=*/true)[0];
    const Reach expected = reach[static_cast<std::size_t>(k % 16)];
    CHECK(where(gradient, 3) == Reach{expected.first + shift, expected.last + shift});
    CHECK(where(gradient, 2) == Reach{expected.first + shift + 16, expected.last + shift + 16});
  }
}
