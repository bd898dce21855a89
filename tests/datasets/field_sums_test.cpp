#include "datasets/field_sums.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace stormsweep;

TEST_CASE("sums of fields: a small deviation around a large mean") {
  FieldSums sums;
  sums.add(std::vector<float>{16777215, 16777213});
  sums.add(std::vector<float>{16777214, 16777214});
  CHECK(sums.mean() == 16777214);
  CHECK(sums.deviation() == doctest::Approx(std::sqrt(0.5)));
}
