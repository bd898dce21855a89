#include "models/kernels/map_convolution.hpp"
#include "models/kernels/spread_convolution.hpp"
#include "tests/models/measures.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>

using namespace stormsweep;
using doctest::Approx;

namespace {

MapConvolution make(const ConvolutionSizes& sizes, Longitude longitude, torch::ScalarType type = torch::kFloat32) {
  auto generator = at::detail::createCPUGenerator(7);
  MapConvolution layer(sizes, longitude, type, generator);
  const torch::NoGradGuard no_grad;
  if (sizes.bias) layer.named_parameters()["bias"].normal_();
  return layer;
}

torch::Tensor draw(torch::IntArrayRef sizes) {
  torch::manual_seed(1);
  return torch::randn(sizes);
}

/// Value of `map` [in, height, width], channel by channel, at any row and column.
torch::Tensor value(const torch::Tensor& map, std::int64_t row, std::int64_t column, Longitude longitude,
                    double beyond = 0) {
  const auto width = map.size(2);
  if (longitude == Longitude::periodic) column = (column % width + width) % width;
  if (row < 0 || row >= map.size(1) || column < 0 || column >= width)
    return torch::full({map.size(0)}, beyond, map.options());
  return map.select(1, row).select(1, column);
}

/// Tap by tap, pixel by pixel, for a map of one sample.
torch::Tensor twin(const MapConvolution& layer, const torch::Tensor& map, Longitude longitude) {
  const auto& sizes = layer.sizes();
  const auto weight = layer.named_parameters()["weight"];
  const auto middle = sizes.kernel / 2;
  auto result = torch::zeros({1, sizes.out, map.size(2) / sizes.stride, map.size(3) / sizes.stride});
  if (sizes.bias) result += layer.named_parameters()["bias"].view({1, -1, 1, 1});
  for (std::int64_t y = 0; y < result.size(2); ++y)
    for (std::int64_t x = 0; x < result.size(3); ++x)
      for (std::int64_t ky = 0; ky < sizes.kernel; ++ky)
        for (std::int64_t kx = 0; kx < sizes.kernel; ++kx)
          result.select(2, y).select(2, x)[0] += weight.select(2, ky).select(2, kx).mv(
              value(map[0], y * sizes.stride + (ky - middle) * sizes.dilation,
                    x * sizes.stride + (kx - middle) * sizes.dilation, longitude));
  return result;
}

/// Pixel by pixel: each is spread over the 3x3 that begin at twice its row and column.
torch::Tensor spread_twin(const MapConvolution& layer, const torch::Tensor& map, Longitude longitude) {
  const auto weight = layer.named_parameters()["weight"];
  const auto height = 2 * map.size(2), width = 2 * map.size(3);
  auto result = torch::zeros({1, layer.sizes().out, height, width});
  result += layer.named_parameters()["bias"].view({1, -1, 1, 1});
  for (std::int64_t y = 0; y < map.size(2); ++y)
    for (std::int64_t x = 0; x < map.size(3); ++x)
      for (std::int64_t ky = 0; ky < 3; ++ky)
        for (std::int64_t kx = 0; kx < 3; ++kx) {
          const auto row = 2 * y + ky, column = 2 * x + kx;
          if (row >= height || (column >= width && longitude == Longitude::open)) continue;
          result.select(2, row).select(2, column % width)[0] +=
              weight.select(2, ky).select(2, kx).t().mv(map[0].select(1, y).select(1, x));
        }
  return result;
}

constexpr std::array both{Longitude::open, Longitude::periodic};

}  // namespace

TEST_CASE("a convolution is its brute-force twin, padded with zeros or around the globe") {
  const torch::NoGradGuard no_grad;
  const ConvolutionSizes all[] = {{.in = 3, .out = 4, .kernel = 1},
                                  {.in = 3, .out = 4, .kernel = 1, .stride = 2},
                                  {.in = 3, .out = 4, .kernel = 3},
                                  {.in = 3, .out = 4, .kernel = 5, .bias = false},
                                  {.in = 3, .out = 4, .kernel = 3, .stride = 2},
                                  {.in = 3, .out = 4, .kernel = 7, .stride = 2},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 2},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 4},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 8},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 36}};
  for (const auto& sizes : all)
    for (const auto longitude : both)
      for (const auto& map_sides : {std::pair{8, 12}, {6, 4}, {2, 2}, {10, 14}}) {
        CAPTURE(sizes.kernel);
        CAPTURE(sizes.stride);
        CAPTURE(sizes.dilation);
        auto layer = make(sizes, longitude);
        const auto map = draw({1, 3, map_sides.first, map_sides.second});
        CHECK(relative_difference(layer.forward(map), twin(layer, map, longitude)) < 1e-5);
      }
}

TEST_CASE("a transposed convolution is its brute-force twin") {
  const torch::NoGradGuard no_grad;
  for (const auto longitude : both)
    for (const auto& [height, width] : {std::pair{3, 5}, {1, 1}, {4, 2}}) {
      auto layer = make({.in = 3, .out = 4, .kernel = 3, .stride = 2, .transposed = true}, longitude);
      const auto map = draw({1, 3, height, width});
      CHECK(relative_difference(layer.forward(map), spread_twin(layer, map, longitude)) < 1e-5);
    }
}

TEST_CASE("LibTorch's transposed convolution, cut, is the spread one, and so are its gradients") {
  for (const bool periodic : {false, true}) {
    const auto map = draw({2, 3, 4, 6}).contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
    const auto weight = draw({3, 4, 3, 3}).requires_grad_(), bias = draw({4}).requires_grad_();
    const auto expected = spread_convolution(map, weight, bias, periodic);
    const auto result = spread_by_library(map, weight, bias, periodic);
    CHECK(relative_difference(result, expected) < 1e-6);
    const auto slope = torch::randn_like(expected);
    const auto gradients = torch::autograd::grad({result}, {map, weight, bias}, {slope});
    const auto twins = torch::autograd::grad({expected}, {map, weight, bias}, {slope});
    for (std::size_t i = 0; i < 3; ++i) CHECK(relative_difference(gradients[i], twins[i]) < 1e-6);
  }
}

TEST_CASE("the pool takes the largest of 3x3 from its own pixel on, around the globe where told to") {
  const auto map = draw({1, 2, 6, 8});
  for (const auto longitude : both) {
    const auto result = pooled(map, longitude);
    REQUIRE(result.sizes() == torch::IntArrayRef{1, 2, 3, 4});
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t x = 0; x < 4; ++x) {
        auto largest = torch::full({2}, -std::numeric_limits<double>::infinity());
        for (std::int64_t k = 0; k < 9; ++k)
          largest = torch::max(largest, value(map[0], 2 * y + k / 3, 2 * x + k % 3, longitude,
                                              -std::numeric_limits<double>::infinity()));
        CHECK(torch::equal(result[0].select(1, y).select(1, x), largest));
      }
  }
}

TEST_CASE("gradients are those of the brute-force twins") {
  const ConvolutionSizes all[] = {{.in = 3, .out = 4, .kernel = 5},
                                  {.in = 3, .out = 4, .kernel = 3, .stride = 2},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 4},
                                  {.in = 3, .out = 4, .kernel = 3, .stride = 2, .transposed = true}};
  for (const auto& sizes : all)
    for (const auto longitude : both) {
      auto layer = make(sizes, longitude);
      const auto map = draw({1, 3, 4, 6}).requires_grad_();
      const auto expected = sizes.transposed ? spread_twin(layer, map, longitude) : twin(layer, map, longitude);
      const auto result = layer.forward(map), slope = torch::randn_like(result);
      auto operands = layer.parameters();
      operands.push_back(map);
      const auto gradients = torch::autograd::grad({result}, operands, {slope});
      const auto twins = torch::autograd::grad({expected}, operands, {slope});
      for (std::size_t i = 0; i < operands.size(); ++i) CHECK(relative_difference(gradients[i], twins[i]) < 1e-5);
    }
}

TEST_CASE("a layer, its norm and its ReLU are LibTorch's in float64, with all gradients") {
  const ConvolutionSizes all[] = {{.in = 3, .out = 4, .kernel = 1, .stride = 2},
                                  {.in = 3, .out = 4, .kernel = 5, .normalised = true},
                                  {.in = 3, .out = 4, .kernel = 3, .stride = 2, .bias = false, .normalised = true},
                                  {.in = 3, .out = 4, .kernel = 3, .dilation = 2, .normalised = true}};
  for (const auto& sizes : all)
    for (const auto longitude : both) {
      auto layer = make(sizes, longitude);
      layer.to(torch::kFloat64);
      const auto map = draw({2, 3, 8, 12}).to(torch::kFloat64).requires_grad_();
      auto operands = layer.parameters();
      operands.push_back(map);
      const auto reach = sizes.kernel / 2 * sizes.dilation, beside = longitude == Longitude::open ? reach : 0;
      const auto around = torch::cat({map.slice(3, 12 - reach), map, map.slice(3, 0, reach)}, 3);
      auto linear = torch::conv2d(longitude == Longitude::open ? map : around, layer.weight(), layer.bias(),
                                  sizes.stride, {reach, beside}, sizes.dilation);
      if (sizes.normalised) {
        const auto norm = layer.named_parameters();
        linear = torch::batch_norm(linear, norm["norm.weight"], norm["norm.bias"], {}, {}, true, 0, 1e-5, false);
      }
      const auto check_same = [&](const torch::Tensor& made, const torch::Tensor& expected) {
        CHECK(relative_difference(made, expected) < 1e-12);
        const auto slope = torch::randn_like(made);
        const auto gradients = torch::autograd::grad({made}, operands, {slope}),
                   twins = torch::autograd::grad({expected}, operands, {slope}, /*retain_graph=*/true);
        for (std::size_t i = 0; i < operands.size(); ++i)  // that of a bias before a norm is 0 up to rounding
          CHECK(torch::allclose(gradients[i], twins[i], 1e-10, 1e-10));
      };
      check_same(layer.forward(map), linear);
      check_same(layer.rectified(map), linear.relu());
      check_same(layer.activated(map, 0), linear.relu());
    }
}

TEST_CASE("first weights are He's, uniform, of the seed alone; first biases are 0") {
  auto first = at::detail::createCPUGenerator(3), second = at::detail::createCPUGenerator(3);
  const ConvolutionSizes sizes{.in = 40, .out = 50, .kernel = 5, .gain = 0.5};
  const MapConvolution layer(sizes, Longitude::open, torch::kFloat32, first);
  torch::manual_seed(99);
  const MapConvolution same(sizes, Longitude::open, torch::kFloat32, second);
  const auto weight = layer.named_parameters()["weight"];
  CHECK(torch::equal(weight, same.named_parameters()["weight"]));
  const double limit = 0.5 * std::sqrt(6.0 / (40 * 25));
  CHECK(weight.abs().max().item<double>() == Approx(limit).epsilon(0.001));
  CHECK(weight.std().item<double>() == Approx(limit / std::sqrt(3)).epsilon(0.01));
  CHECK(layer.named_parameters()["bias"].abs().max().item<double>() == 0);
}

TEST_CASE("bf16 rounds operands to 8 bits") {
  const torch::NoGradGuard no_grad;
  auto rounded = make({.in = 8, .out = 4, .kernel = 3}, Longitude::open, torch::kBFloat16);
  const auto map = draw({1, 8, 6, 6});
  const auto result = rounded.forward(map).to(torch::kFloat32);
  auto exact = make({.in = 8, .out = 4, .kernel = 3}, Longitude::open);
  for (auto& parameter : exact.named_parameters()) {
    parameter.value().copy_(rounded.named_parameters()[parameter.key()]);
    parameter.value().copy_(parameter.value().to(torch::kBFloat16));
  }
  CHECK(relative_difference(result, exact.forward(map.to(torch::kBFloat16).to(torch::kFloat32))) < 4e-3);
  CHECK(rounded.named_parameters()["weight"].dtype() == torch::kFloat32);
}
