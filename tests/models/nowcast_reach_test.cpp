#include "models/nowcast_reach.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <cstdlib>

#include "models/make_nowcast_network.hpp"
#include "models/nowcast_cnn.hpp"
#include "models/nowcast_unet.hpp"

using namespace stormsweep;

namespace {

/// First and last place along an axis where a gradient is not zero.
Reach where(const torch::Tensor& gradient, std::int64_t axis) {
  const torch::Tensor places = gradient.abs().sum({0, 1, axis == 2 ? 3 : 2}).nonzero();
  return {places.min().item<std::int64_t>(), places.max().item<std::int64_t>()};
}

}  // namespace

namespace {

/// The input is `height` x 256; rows beyond 256 are as many more rows of output.
void check_reach(NowcastNetwork& network) {
  {
    const torch::NoGradGuard no_gradient;  // positive weights: no rectifier is shut, no path cancels another
    for (torch::Tensor& parameter : network.parameters()) parameter.abs_().add_(0.01);
  }
  const auto tiling = network.tiling();
  const auto period = tiling.period();
  torch::Tensor input = torch::ones({1, 7, 256 + period, 256}).requires_grad_();
  const torch::Tensor output = network.forward(input).back();
  REQUIRE(output.size(2) == output.size(3) + period);
  for (const std::int64_t k : {0, 5, 6, 15, 16, 37}) {
    const std::int64_t row = k + period, shift = k / period * period;
    const torch::Tensor gradient =
        torch::autograd::grad({output.index({0, 3, row, k})}, {input}, {}, /*retain_graph=*/true)[0];
    const Reach expected = tiling.reach[static_cast<std::size_t>(k % period)];
    CHECK(where(gradient, 3) == Reach{expected.first + shift, expected.last + shift});
    CHECK(where(gradient, 2) == Reach{expected.first + shift + period, expected.last + shift + period});
  }
}

}  // namespace

TEST_CASE("nowcast reach: exactly the input pixels whose gradients of an output pixel are not zero") {
  NowcastCnn cnn({.base_filters = 2}, 1);
  check_reach(cnn);
  CHECK(cnn.tiling().period() == 16);
  // In float64, as its own float32 makes no gradient of the input.
  NowcastUnet unet({.base_filters = 2, .convolution_type = torch::kFloat64}, 1);
  check_reach(unet);
  CHECK(unet.tiling().period() == 8);
}

TEST_CASE("nowcast tiling: outputs are where they say, and as large") {
  for (const char* name : {"samsi", "unet"}) {
    const auto network = make_nowcast_network(name, {.base_filters = 1}, 1);
    const auto tiling = network->tiling();
    for (const std::int64_t side : {16, 64}) {
      const auto output = network->forward(torch::zeros({1, 7, side + tiling.border, side + tiling.border})).back();
      CHECK(output.size(2) >= side);
    }
    // The pixel that an output stands for lies in the middle of those on which it depends, up to the period.
    for (std::int64_t k = 0; k < tiling.period(); ++k) {
      const Reach reach = tiling.reach[static_cast<std::size_t>(k)];
      CHECK(std::abs(reach.first + reach.last - 2 * (k + tiling.margin)) <= tiling.period());
    }
  }
}
