#include "models/kernels/dense_block.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include "models/kernels/direct_kernels.hpp"
#include "tests/models/measures.hpp"

using namespace stormsweep;

namespace {

/// The block's layers one by one, in LibTorch's own.
torch::Tensor twin(const DenseBlock& block, const torch::Tensor& map) {
  auto result = map;
  for (std::size_t i = 0; i < block.weights.size(); ++i) {
    auto rows = torch::constant_pad_nd(result, {0, 0, 2, 2});
    const auto width = map.size(3);
    rows = block.periodic ? torch::cat({rows.narrow(3, width - 2, 2), rows, rows.narrow(3, 0, 2)}, 3)
                          : torch::constant_pad_nd(rows, {2, 2});
    result = torch::cat({result, torch::conv2d(rows, block.weights[i], block.biases[i]).relu()}, 1);
  }
  return result;
}

void check_block(std::int64_t growth, bool periodic, torch::MemoryFormat format) {
  CAPTURE(growth);
  CAPTURE(periodic);
  DenseBlock block{.periodic = periodic};
  for (std::int64_t i = 0; i < 3; ++i) {
    // Biases open or shut a channel: near 0 rounding would decide.
    block.weights.push_back((torch::randn({growth, 6 + growth * i, 5, 5}) / 1000).requires_grad_());
    block.biases.push_back((30 * torch::randn({growth}).sign()).requires_grad_());
  }
  const auto map = torch::randn({2, 6, 38, 36}).requires_grad_();
  REQUIRE(block.takes(map));
  const auto result = block(map), expected = twin(block, map), slope = torch::randn_like(expected);
  CHECK(result.is_contiguous(format));
  CHECK(relative_difference(result, expected) < 1e-5);
  auto operands = block.weights;
  operands.insert(operands.end(), block.biases.begin(), block.biases.end());
  operands.push_back(map);
  const auto gradients = torch::autograd::grad({result}, operands, {slope});
  const auto twins = torch::autograd::grad({expected}, operands, {slope});
  for (std::size_t i = 0; i < operands.size(); ++i) CHECK(relative_difference(gradients[i], twins[i]) < 1e-4);
}

}  // namespace

TEST_CASE("a dense block, and its gradients, are those of its layers one by one, narrow or wide") {
  if (!direct_kernels()) return;
  torch::manual_seed(3);
  for (const bool periodic : {false, true}) {
    check_block(5, periodic, torch::MemoryFormat::Contiguous);
    check_block(20, periodic, torch::MemoryFormat::ChannelsLast);
  }
}
