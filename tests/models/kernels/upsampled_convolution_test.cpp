#include "models/kernels/upsampled_convolution.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

using namespace stormsweep;

TEST_CASE("a convolution of an upsampled image equals upsampling, then convolving, then cropping") {
  torch::manual_seed(1);
  for (const std::int64_t kernel : {3, 7})
    for (const std::int64_t margin : {0, 1, 2, 3}) {
      const auto coarse = torch::randn({2, 3, 8, 9}, torch::kFloat64);
      const auto weight = torch::randn({4, 3, kernel, kernel}, torch::kFloat64);
      const auto up = coarse.repeat_interleave(2, 2).repeat_interleave(2, 3);
      const auto expected = without_margin(torch::conv2d(up, weight), margin);
      CHECK(torch::allclose(convolve_upsampled(coarse, weight, margin), expected));
      const auto last = coarse.contiguous(torch::MemoryFormat::ChannelsLast);
      const auto result = convolve_upsampled(last, weight, margin);
      CHECK(torch::allclose(result, expected));
      CHECK(result.stride(1) == 1);
    }
  CHECK_THROWS(convolve_upsampled(torch::zeros({1, 1, 9, 9}), torch::zeros({1, 1, 5, 5}), 0));
}
