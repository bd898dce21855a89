#include "models/kernels/library_convolution.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

using namespace stormsweep;

TEST_CASE("a convolution by blocks of pixels is the convolution, and so are its gradients") {
  torch::manual_seed(1);
  for (const std::int64_t block : {2, 4})
    for (const auto& padding : {std::array<std::int64_t, 2>{2, 2}, {2, 0}, {0, 0}}) {
      const auto width = padding[1] == 0 ? 16 : 12;
      const auto map = torch::randn({2, 3, 9, width}, torch::kFloat64).requires_grad_();
      const auto weight = torch::randn({4, 3, 5, 5}, torch::kFloat64).requires_grad_();
      const auto expected = torch::conv2d(map, weight, {}, 1, padding);
      const auto result = convolution_by_blocks(map, weight, block, padding);
      REQUIRE(result.sizes() == expected.sizes());
      CHECK(torch::allclose(result, expected));
      CHECK(result.is_contiguous(torch::MemoryFormat::ChannelsLast));
      const auto slope = torch::randn_like(expected);
      const auto gradients = torch::autograd::grad({torch::Tensor(result).relu_()}, {map, weight}, {slope});
      const auto twins = torch::autograd::grad({expected.relu()}, {map, weight}, {slope});
      CHECK(torch::allclose(gradients[0], twins[0]));
      CHECK(torch::allclose(gradients[1], twins[1]));
      // A first layer's map has no gradient.
      const auto first = convolution_by_blocks(map.detach(), weight, block, padding);
      CHECK(torch::allclose(torch::autograd::grad({first.relu()}, {weight}, {slope})[0], twins[1]));
    }
}
