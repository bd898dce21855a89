#include "models/kernels/map_slice.hpp"

#include <doctest/doctest.h>
#include <torch/autograd.h>
#include <torch/utils.h>

using namespace stormsweep;

TEST_CASE("the step from pixel to pixel is known where a side of 1 has a stride that means nothing") {
  const auto wide = torch::zeros({2, 4, 5, 8}).permute({0, 3, 1, 2});
  CHECK(pixel_step(wide) == 8);
  CHECK(pixel_step(wide.narrow(1, 2, 3)) == 8);
  CHECK(pixel_step(torch::zeros({6}).as_strided({1, 3, 2, 1}, {6, 1, 3, 17})) == 3);
}

TEST_CASE("a slice of a map is LibTorch's, and its gradient lies in memory as the map does") {
  torch::manual_seed(1);
  for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    const auto map = torch::randn({2, 3, 8, 6}).contiguous(format).requires_grad_();
    for (std::int64_t axis = 0; axis < 4; ++axis)
      for (const auto& [begin, end, step] : {std::tuple{0, 2, 1}, {1, 2, 1}, {0, 9, 2}}) {
        const auto result = map_slice(map, axis, begin, end, step), expected = map.slice(axis, begin, end, step);
        CHECK(torch::equal(result, expected));
        const auto slope = torch::randn_like(expected);
        const auto gradient = torch::autograd::grad({result}, {map}, {slope})[0];
        CHECK(torch::equal(gradient, torch::autograd::grad({expected}, {map}, {slope})[0]));
        CHECK(gradient.is_contiguous(format));
      }
    CHECK(torch::equal(map_slice(map, 2, 3), map.slice(2, 3)));
    CHECK(torch::equal(cut(map, 1, 2, 4, 3), map.slice(2, 1, 5).slice(3, 2, 5)));
    CHECK(torch::equal(thinned(map, 3), map.slice(2, 0, 8, 3).slice(3, 0, 6, 3)));
  }
}
