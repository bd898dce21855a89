#include "worker/training/convolution_peak.hpp"

#include <doctest/doctest.h>

#include "search/base/processor.hpp"

using namespace stormsweep;

TEST_CASE("the peak is that of a machine of this century, and is measured once") {
  const double peak = convolution_peak(torch::kCPU, torch::kFloat32);
  CHECK(peak > 1e8);
  CHECK(peak < 1e15);
  CHECK(convolution_peak(torch::kCPU, torch::kFloat32) == peak);
  CHECK(convolution_peak(torch::kCPU, torch::kFloat16) == 0);
  CHECK((convolution_peak(torch::kCPU, torch::kBFloat16) == peak) == !gains_from_bfloat16());
}

TEST_CASE("a peak that cannot be measured is 0") {
  CHECK(convolution_peak(torch::kMeta, torch::kFloat32) == 0);  // a device with shapes but no numbers
}
