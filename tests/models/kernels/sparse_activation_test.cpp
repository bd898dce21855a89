#include "models/kernels/sparse_activation.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/kernels/dense_block.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

double relative_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace

TEST_CASE("an activation keeps its share of what is positive, scaled, and its gradient where it kept") {
  torch::manual_seed(3);
  const auto map = torch::randn({1, 4, 200, 200}), copy = map.clone();
  const auto leaf = map.clone().requires_grad_();
  const auto result = sparse_activation(leaf * 1, 0.2);
  const auto kept = result > 0;
  CHECK(torch::allclose(result.masked_select(kept), copy.masked_select(kept) / 0.8));
  CHECK((kept.sum().item<double>() / (copy > 0).sum().item<double>()) == Approx(0.8).epsilon(0.01));
  CHECK_FALSE((kept & (copy <= 0)).any().item<bool>());
  result.sum().backward();
  CHECK(torch::allclose(leaf.grad(), kept.to(torch::kFloat32) / 0.8));
  const auto again = sparse_activation(copy.clone(), 0.2);
  CHECK_FALSE(torch::equal(again, result));
  torch::manual_seed(5);
  const auto first = sparse_activation(copy.clone(), 0.5);
  torch::manual_seed(5);
  CHECK(torch::equal(first, sparse_activation(copy.clone(), 0.5)));
  CHECK(torch::equal(sparse_activation(copy.clone(), 0), copy.relu()));
}

TEST_CASE("a dense block, and its gradients, are those of its layers one by one") {
  torch::manual_seed(3);
  for (const bool periodic : {false, true}) {
    if (!WinogradConvolution{}.takes(torch::zeros({1, 6, 12, 16}), torch::zeros({5, 6, 5, 5}))) return;
    DenseBlock block;
    block.convolution.periodic = periodic;
    for (std::int64_t i = 0; i < 3; ++i) {
      block.weights.push_back((torch::randn({5, 6 + 5 * i, 5, 5}) / 10).requires_grad_());
      block.biases.push_back(torch::randn({5}).requires_grad_());
    }
    const auto map = torch::randn({2, 6, 12, 16}).requires_grad_();
    auto expected = map;
    for (std::size_t i = 0; i < 3; ++i) {
      auto rows = torch::constant_pad_nd(expected, {0, 0, 2, 2});
      rows = periodic ? torch::cat({rows.narrow(3, 14, 2), rows, rows.narrow(3, 0, 2)}, 3)
                      : torch::constant_pad_nd(rows, {2, 2});
      expected = torch::cat({expected, torch::conv2d(rows, block.weights[i], block.biases[i]).relu()}, 1);
    }
    const auto result = block(map), slope = torch::randn_like(expected);
    CHECK(relative_difference(result, expected) < 1e-5);
    auto operands = block.weights;
    operands.insert(operands.end(), block.biases.begin(), block.biases.end());
    operands.push_back(map);
    const auto gradients = torch::autograd::grad({result}, operands, {slope});
    const auto twins = torch::autograd::grad({expected}, operands, {slope});
    for (std::size_t i = 0; i < operands.size(); ++i) CHECK(relative_difference(gradients[i], twins[i]) < 1e-4);
  }
}
