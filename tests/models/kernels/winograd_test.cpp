#include "models/kernels/winograd.hpp"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <utility>
#include <vector>

#include "models/kernels/winograd_kernels.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;

namespace {

struct Layer {
  torch::Tensor map, weight, bias, start;
  std::vector<torch::Tensor> leaves() const { return {map, weight, bias, start}; }
};

/// Sides are no whole number of tiles.
Layer draw_layer(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  torch::manual_seed(2);
  const std::int64_t height = 18, width = 29, lost = kernel - 1;
  const auto draw = [](torch::IntArrayRef sizes) { return torch::randn(sizes).requires_grad_(); };
  return {draw({3, in, height, width}), draw({out, in, kernel, kernel}), draw({out}),
          draw({3, out, height - lost, width - lost})};
}

torch::Tensor plain(const Layer& layer, double negative_slope) {
  return torch::leaky_relu(torch::conv2d(layer.map, layer.weight, layer.bias) + layer.start, negative_slope);
}

}  // namespace

TEST_CASE("Winograd: of the pixels whose taps all lie on the map, added to a start and activated, with all gradients") {
  if (!winograd_kernels()) return;
  const std::int64_t half = winograd_kernels()->lanes / 2;  // of a vector: two tiles go in at once
  for (const auto& [in, out] : {std::pair<std::int64_t, std::int64_t>{5, 19}, {half, 16 + half}})
    for (const auto& [kernel, slope] : {std::pair<std::int64_t, double>{3, 1}, {3, 0}, {3, 0.2}, {5, 1}, {5, 0.2}}) {
      CAPTURE(in);
      CAPTURE(kernel);
      CAPTURE(slope);
      const Layer layer = draw_layer(in, out, kernel);
      const WinogradConvolution winograd{.valid = true, .negative_slope = slope};
      REQUIRE(winograd.takes(layer.map, layer.weight));
      const auto result = winograd(layer.map, layer.weight, layer.bias, layer.start), expected = plain(layer, slope);
      REQUIRE(result.sizes() == expected.sizes());
      CHECK(relative_difference(result, expected) < 5e-6);
      // A sum near 0 may have either sign, which decides whether its pixel has a gradient: such pixels get none.
      const auto to = torch::randn(expected.sizes()) * (plain(layer, 1).detach().abs() > 1e-3);
      const auto gradients = torch::autograd::grad({result}, layer.leaves(), {to});
      const auto exact = torch::autograd::grad({expected}, layer.leaves(), {to});
      for (std::size_t i = 0; i < exact.size(); ++i) CHECK(relative_difference(gradients[i], exact[i]) < 1e-5);
    }
}

TEST_CASE("Winograd: without bias and start, of a part of a map, the same bits on any number of threads") {
  if (!winograd_kernels()) return;
  const Layer layer = draw_layer(16, 32, 3);
  const WinogradConvolution winograd{.valid = true};
  const torch::NoGradGuard no_grad;
  const auto part = layer.map.narrow(2, 3, 12).narrow(3, 1, 20);
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = winograd(part, layer.weight, {});
  at::set_num_threads(3);
  CHECK(winograd(part, layer.weight, {}).equal(one));
  at::set_num_threads(threads);
  CHECK(relative_difference(one, torch::conv2d(part, layer.weight)) < 5e-6);
}

TEST_CASE(
    "Winograd: weights that are many enough for BLAS's threads, and all gradients, have the same bits on any number") {
  if (!winograd_kernels()) return;
  for (const std::int64_t kernel : {3, 5}) {
    const Layer layer = draw_layer(32, 64, kernel);
    const WinogradConvolution winograd{.valid = true};
    const auto learn = [&](int threads) {
      at::set_num_threads(threads);
      const auto result = winograd(layer.map, layer.weight, layer.bias);
      auto all = torch::autograd::grad({result}, {layer.map, layer.weight, layer.bias}, {result.detach().cos()});
      all.push_back(result.detach());
      return all;
    };
    const auto threads = at::get_num_threads();
    const auto one = learn(1), four = learn(4);
    at::set_num_threads(threads);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(four[i].equal(one[i]));
  }
}
