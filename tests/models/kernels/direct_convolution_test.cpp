#include "models/kernels/direct_convolution.hpp"

#include <doctest/doctest.h>
#include <torch/nn/functional/padding.h>
#include <torch/utils.h>

#include <vector>

#include "models/kernels/direct_kernels.hpp"

using namespace stormsweep;

namespace {

struct Case {
  std::int64_t kernel, in, out, height, width, padding;
  bool periodic;
  double negative_slope;
};

/// The same in LibTorch's own layers.
torch::Tensor twin(const Case& c, const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias) {
  namespace nn = torch::nn::functional;
  const auto p = c.padding;
  auto framed = map;
  if (p > 0 && c.periodic)
    framed = nn::pad(map, nn::PadFuncOptions({p, p, 0, 0}).mode(torch::kCircular));
  else if (p > 0)
    framed = torch::constant_pad_nd(map, {p, p, 0, 0});
  framed = torch::constant_pad_nd(framed, {0, 0, p, p});
  return torch::leaky_relu(torch::conv2d(framed, weight, bias), c.negative_slope);
}

struct Outcome {
  std::vector<torch::Tensor> parts;  ///< the result; the gradients of map, weight and bias
};

template <class Convolve>
Outcome outcome(const Convolve& convolve, torch::ScalarType type, const torch::Tensor& map, const torch::Tensor& weight,
                const torch::Tensor& bias) {
  std::vector<torch::Tensor> leaves;
  for (const auto& tensor : {map, weight, bias}) leaves.push_back(tensor.to(type).detach().requires_grad_());
  const auto result = convolve(leaves[0], leaves[1], leaves[2]);
  const auto factors = torch::linspace(-1, 2, result.numel(), result.options()).view(result.sizes()).cos();
  (result * factors).sum().backward();
  return {{result.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()}};
}

torch::Tensor started_twin(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                           const torch::Tensor& start) {
  return torch::relu(torch::conv2d(map, weight, bias) + start);
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace

TEST_CASE("direct convolutions and their gradients are those of LibTorch's layers in float64") {
  if (!direct_kernels()) return;
  torch::manual_seed(3);
  for (const Case& c :
       {Case{3, 8, 8, 40, 138, 0, false, 0}, Case{3, 7, 16, 67, 33, 0, false, 0.01}, Case{2, 5, 11, 9, 30, 0, false, 1},
        Case{4, 3, 6, 40, 31, 0, false, 0}, Case{5, 9, 8, 38, 50, 2, false, 0}, Case{5, 6, 7, 70, 32, 2, true, 0.2},
        Case{7, 4, 3, 41, 90, 0, false, 0}, Case{7, 2, 1, 35, 64, 3, true, 1}, Case{3, 1, 2, 3, 30, 0, false, 0}}) {
    CAPTURE(c.kernel);
    CAPTURE(c.width);
    const auto map = torch::randn({3, c.in, c.height, c.width}), bias = torch::randn({c.out});
    const auto weight = torch::randn({c.out, c.in, c.kernel, c.kernel});
    const DirectConvolution direct{c.padding, c.periodic, c.negative_slope};
    REQUIRE(direct.takes(map, weight));
    const auto ours = outcome(direct, torch::kFloat32, map, weight, bias);
    const auto expected =
        outcome([&](const auto&... tensors) { return twin(c, tensors...); }, torch::kFloat64, map, weight, bias);
    for (std::size_t i = 0; i < ours.parts.size(); ++i) {
      CAPTURE(i);
      CHECK(distance(ours.parts[i].to(torch::kFloat64), expected.parts[i]) < 2e-6);
    }
  }
}

TEST_CASE("a direct convolution reads views where they are, without a bias, and adds to a gradient") {
  if (!direct_kernels()) return;
  torch::manual_seed(4);
  const auto all = torch::randn({2, 12, 60, 70}), weight = torch::randn({4, 5, 3, 3});
  const auto view = all.narrow(1, 3, 5).narrow(2, 7, 45).narrow(3, 11, 50);
  const DirectConvolution direct;
  const auto result = direct(view, weight, {});
  CHECK(torch::equal(result, direct(view.contiguous(), weight, {})));
  CHECK(distance(result, torch::conv2d(view, weight)) < 2e-6);

  const auto slope = torch::randn_like(result);
  const auto fresh = torch::empty(view.sizes()), kept = torch::ones(all.sizes());
  DirectConvolution::Gradients written{.map = fresh};
  direct.backward(view, weight, result, slope, written);
  const auto part = kept.narrow(1, 3, 5).narrow(2, 7, 45).narrow(3, 11, 50);
  DirectConvolution::Gradients added{.map = part, .add = true};
  direct.backward(view, weight, result, slope, added);
  CHECK(distance(part, fresh + 1) < 1e-6);
  CHECK(kept.sum().item<double>() - part.sum().item<double>() == doctest::Approx(kept.numel() - part.numel()));
}

TEST_CASE("a direct convolution begins with a map, or has several results a sample that differ in their bias") {
  if (!direct_kernels()) return;
  torch::manual_seed(6);
  const auto map = torch::randn({2, 3, 50, 44}), weight = torch::randn({6, 3, 3, 3});
  const DirectConvolution direct{.negative_slope = 0};
  const auto start = torch::randn({2, 6, 48, 42}), bias = torch::randn({6});
  const auto gradients = [&](const auto& convolve, torch::ScalarType type) {
    std::vector<torch::Tensor> leaves;
    for (const auto& tensor : {map, weight, bias, start}) leaves.push_back(tensor.detach().to(type).requires_grad_());
    convolve(leaves[0], leaves[1], leaves[2], leaves[3]).square().sum().backward();
    for (auto& leaf : leaves) leaf = leaf.grad().to(torch::kFloat64);
    return leaves;
  };
  const auto ours = gradients(direct, torch::kFloat32), expected = gradients(started_twin, torch::kFloat64);
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(distance(ours[i], expected[i]) < 2e-6);

  const auto biases = torch::randn({4, 6}).requires_grad_();
  auto kernel = weight.clone().requires_grad_();
  const auto many = direct(map, kernel, biases);
  many.square().sum().backward();
  auto kernel_twin = weight.clone().requires_grad_(), bias_twin = biases.detach().clone().requires_grad_();
  const auto each = torch::relu(torch::conv2d(map, kernel_twin).unsqueeze(1) + bias_twin.view({1, 4, 6, 1, 1}));
  each.square().sum().backward();
  CHECK(distance(many.detach(), each.detach().flatten(0, 1)) < 2e-6);
  CHECK(distance(kernel.grad(), kernel_twin.grad()) < 5e-6);
  CHECK(distance(biases.grad(), bias_twin.grad()) < 5e-6);
  CHECK_THROWS(direct(map.clone().requires_grad_(), kernel, biases));
}

TEST_CASE("direct convolutions give the same bits for any number of threads") {
  if (!direct_kernels()) return;
  torch::manual_seed(5);
  const auto map = torch::randn({2, 8, 100, 60}), weight = torch::randn({8, 8, 3, 3}), bias = torch::randn({8});
  const DirectConvolution direct{.padding = 1, .negative_slope = 0};
  const auto threads = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto alone = outcome(direct, torch::kFloat32, map, weight, bias);
  torch::set_num_threads(3);
  const auto together = outcome(direct, torch::kFloat32, map, weight, bias);
  torch::set_num_threads(threads);
  for (std::size_t i = 0; i < alone.parts.size(); ++i) CHECK(torch::equal(alone.parts[i], together.parts[i]));
}

TEST_CASE("wide layers, short rows and other types are left to LibTorch") {
  const DirectConvolution direct;
  const auto map = torch::zeros({1, 8, 40, 40});
  CHECK_FALSE(direct.takes(map, torch::zeros({64, 8, 3, 3})));
  CHECK_FALSE(direct.takes(map.narrow(3, 0, 20), torch::zeros({8, 8, 3, 3})));
  CHECK_FALSE(direct.takes(map, torch::zeros({8, 8, 6, 6})));
  CHECK_FALSE(direct.takes(map.to(torch::kFloat64), torch::zeros({8, 8, 3, 3})));
  CHECK_FALSE(direct.takes(map.contiguous(torch::MemoryFormat::ChannelsLast), torch::zeros({8, 8, 3, 3})));
}

TEST_CASE("what a direct convolution without an activation gives may be overwritten") {
  if (!direct_kernels()) return;
  torch::manual_seed(5);
  const auto map = torch::randn({1, 2, 30, 30}), weight = torch::randn({3, 2, 3, 3}), bias = torch::randn({3});
  const DirectConvolution direct{.padding = 1};
  const auto overwritten = [&](const torch::Tensor& m, const torch::Tensor& w, const torch::Tensor& b) {
    return direct(m, w, b).relu_();
  };
  const auto twins = [&](const torch::Tensor& m, const torch::Tensor& w, const torch::Tensor& b) {
    return torch::conv2d(m, w, b, 1, 1).relu();
  };
  const auto ours = outcome(overwritten, torch::kFloat32, map, weight, bias);
  const auto expected = outcome(twins, torch::kFloat64, map, weight, bias);
  for (std::size_t i = 0; i < ours.parts.size(); ++i) CHECK(distance(ours.parts[i], expected.parts[i]) < 1e-5);
}

TEST_CASE("paddings whose gradients it does not make are left to LibTorch") {
  if (!direct_kernels()) return;
  const auto map = torch::zeros({1, 2, 40, 40}), weight = torch::zeros({3, 2, 5, 5});
  CHECK(DirectConvolution{.padding = 2}.takes(map, weight));
  CHECK(DirectConvolution{.padding = 1}.takes(map, weight));
  CHECK_FALSE(DirectConvolution{.padding = 3}.takes(map, weight));
  CHECK(DirectConvolution{.padding = 2, .periodic = true}.takes(map, weight));
  CHECK_FALSE(DirectConvolution{.padding = 1, .periodic = true}.takes(map, weight));
}
