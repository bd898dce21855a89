#include "datasets/labels/percentile.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace stormsweep;

TEST_CASE("percentiles lie between values as they do for numpy") {
  constexpr float missing = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values{7, missing, 1, 3, 2, std::numeric_limits<float>::infinity()};
  CHECK(percentile_of(values, 0) == 1.f);
  CHECK(percentile_of(values, 50) == 2.5f);
  CHECK(percentile_of(values, 90) == doctest::Approx(5.8f));  // numpy.percentile([1, 2, 3, 7], 90)
  CHECK(percentile_of(values, 100) == 7.f);
  CHECK(!percentile_of(std::vector<float>{missing}, 50));
}
