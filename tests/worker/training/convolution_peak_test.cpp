#include "worker/training/convolution_peak.hpp"

#include <doctest/doctest.h>

#include "search/base/processor.hpp"

using namespace stormsweep;

TEST_CASE("the peak is that of a machine of this century, and only rises") {
  const double first = convolution_peak(torch::kCPU, torch::kFloat32);
  const double peak = convolution_peak(torch::kCPU, torch::kFloat32);
  CHECK(first > 1e8);
  CHECK(peak >= first);
  CHECK(peak < 1e15);
  CHECK(convolution_peak(torch::kCPU, torch::kFloat16) == 0);
}

TEST_CASE("where bfloat16 does not pay, its peak is that of float32") {
  const double exact = convolution_peak(torch::kCPU, torch::kFloat32);
  const double rounded = convolution_peak(torch::kCPU, torch::kBFloat16);
  CHECK(rounded > 0);
  if (!gains_from_bfloat16()) {
    CHECK(rounded >= exact);
    CHECK(convolution_peak(torch::kCPU, torch::kFloat32) >= rounded);
  }
}

TEST_CASE("a peak that cannot be measured is 0") {
  CHECK(convolution_peak(torch::kMeta, torch::kFloat32) == 0);  // a device with shapes but no numbers
}
