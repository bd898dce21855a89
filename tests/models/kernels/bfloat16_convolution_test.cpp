#include "models/kernels/bfloat16_convolution.hpp"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <vector>

#include "models/kernels/bfloat16_kernels.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;

namespace {

/// A layer of bfloat16 numbers, also held in float32, in which its twin computes.
struct Layer {
  torch::Tensor map, weight, bias, start;
  Bfloat16Convolution how;

  static torch::Tensor draw(torch::IntArrayRef sizes) {
    return torch::randn(sizes).to(torch::kBFloat16).to(torch::kFloat32).requires_grad_();
  }

  torch::Tensor plain(double negative_slope) const {
    return torch::leaky_relu(torch::conv2d(map, weight, bias) + start, negative_slope);
  }

  torch::Tensor made() const { return how(map.to(torch::kBFloat16), weight, bias, start.to(torch::kBFloat16)); }
};

Layer draw_layer(std::int64_t in, std::int64_t out, std::int64_t kernel, const Bfloat16Convolution& how) {
  torch::manual_seed(2);
  const std::int64_t height = 18, width = 29, lost = kernel - 1;
  return {Layer::draw({3, in, height, width}), Layer::draw({out, in, kernel, kernel}), Layer::draw({out}),
          Layer::draw({3, out, height - lost, width - lost}), how};
}

std::vector<torch::Tensor> gradients(const Layer& layer, const torch::Tensor& result, const torch::Tensor& to) {
  return torch::autograd::grad({result}, {layer.map, layer.weight, layer.bias, layer.start}, {to.to(result.dtype())});
}

}  // namespace

TEST_CASE("bfloat16: all sorts of convolutions, added to a start and activated, with all gradients") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  struct Case {
    std::int64_t in, out, kernel;
    double negative_slope;
  };
  const std::vector<Case> cases{{5, 19, 3, 1},  {64, 40, 5, 1},  {7, 8, 7, 0},   {33, 6, 5, 0.2}, {48, 32, 3, 0.2},
                                {20, 70, 3, 0}, {134, 16, 4, 1}, {17, 33, 1, 0}, {3, 1, 2, 0.2},  {6, 9, 3, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.in);
    CAPTURE(c.kernel);
    const Layer layer = draw_layer(c.in, c.out, c.kernel, {c.negative_slope});
    CHECK(layer.how.takes(layer.map.to(torch::kBFloat16), layer.weight));
    const auto result = layer.made(), expected = layer.plain(c.negative_slope);
    REQUIRE(result.sizes() == expected.sizes());
    CHECK(relative_difference(result, expected) < 4e-3);  // half a unit of bfloat16's last place
    // A sum near 0 may have either sign, which decides whether its pixel has a gradient: such pixels get none.
    const auto to = (torch::randn(expected.sizes()) * (layer.plain(1).detach().abs() > 0.1)).to(torch::kBFloat16);
    const auto made = gradients(layer, result, to), exact = gradients(layer, expected, to);
    CHECK(relative_difference(made[0], exact[0]) < 4e-3);
    // Sums of bfloat16 numbers are in float32; a factor of the activation rounds them once more.
    const double rounding = c.negative_slope == 0.2 ? 4e-3 : 1e-5;
    for (std::size_t i = 1; i < exact.size(); ++i) CHECK(relative_difference(made[i], exact[i]) < rounding);
  }
}

TEST_CASE("bfloat16: what one has made is the next one's map, down to a pixel, and what cannot be is refused") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  torch::manual_seed(4);
  const Bfloat16Convolution how{.negative_slope = 0.5};
  const auto first = Layer::draw({9, 5, 4, 4}), second = Layer::draw({3, 9, 3, 3}), start = Layer::draw({2, 3, 2, 1});
  for (const bool alone : {false, true}) {
    const auto map = Layer::draw({2, 5, alone ? 6 : 7, 6});
    const auto middle = how(map.to(torch::kBFloat16), first, {});
    const auto added = alone ? start.narrow(2, 0, 1) : start;  // float32
    const auto result = how(middle, second, {}, added);
    const auto twin =
        torch::leaky_relu(torch::conv2d(torch::leaky_relu(torch::conv2d(map, first), 0.5), second) + added, 0.5);
    CHECK(relative_difference(result, twin) < 1e-2);
    const auto to = torch::randn(twin.sizes()).to(torch::kBFloat16);
    const auto made = torch::autograd::grad({result}, {map, first, second}, {to}),
               exact = torch::autograd::grad({twin}, {map, first, second}, {to.to(torch::kFloat32)});
    for (std::size_t i = 0; i < made.size(); ++i) CHECK(relative_difference(made[i], exact[i]) < 3e-2);
  }
  const auto map = torch::randn({2, 5, 6, 6}).to(torch::kBFloat16);
  CHECK_THROWS_AS(how(map, second, {}), c10::Error);
  CHECK_THROWS_AS(how(map.narrow(3, 0, 3), first, {}), c10::Error);
  CHECK_THROWS_AS(how(map.narrow(0, 0, 0), first, {}), c10::Error);
}

TEST_CASE("bfloat16: the same bits on any number of threads, of part of a map, without bias and start") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  const Layer layer = draw_layer(16, 48, 3, {});
  const auto part = layer.map.narrow(2, 3, 12).narrow(3, 1, 20);
  const auto learn = [&](int threads) {
    at::set_num_threads(threads);
    const auto result = layer.how(part.to(torch::kBFloat16), layer.weight, {});
    auto all = torch::autograd::grad({result}, {layer.map, layer.weight}, {result.detach().cos()});
    all.push_back(result.detach());
    return all;
  };
  const auto threads = at::get_num_threads();
  const auto one = learn(1), three = learn(3);
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(three[i].equal(one[i]));
  const auto expected = torch::conv2d(part, layer.weight);
  CHECK(relative_difference(one.back(), expected) < 4e-3);
  CHECK(relative_difference(layer.how(part.to(torch::kBFloat16), layer.weight, {}).relu_(), expected.relu()) < 4e-3);
}

TEST_CASE("bfloat16: with several biases, a result for each, one sample's after the other's") {
  if (!bfloat16_kernels()) {
    MESSAGE("skipped: this processor has no instructions for bfloat16");
    return;
  }
  torch::manual_seed(3);
  const auto map = torch::randn({2, 3, 9, 21}).to(torch::kBFloat16), weight = Layer::draw({8, 3, 3, 3}),
             biases = Layer::draw({4, 8});
  const Bfloat16Convolution how{.negative_slope = 0};
  const auto result = how(map, weight, biases);
  std::vector<torch::Tensor> each;
  for (std::int64_t i = 0; i < 4; ++i) each.push_back(how(map, weight, biases[i]));
  const auto expected = torch::stack(each, 1).flatten(0, 1);
  CHECK(result.equal(expected));
  const auto to = torch::randn(expected.sizes()).to(torch::kBFloat16);
  const auto made = torch::autograd::grad({result}, {weight, biases}, {to}),
             exact = torch::autograd::grad({expected}, {weight, biases}, {to});
  for (std::size_t i = 0; i < made.size(); ++i) CHECK(relative_difference(made[i], exact[i]) < 1e-5);
}
