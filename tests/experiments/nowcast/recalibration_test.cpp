#include "experiments/nowcast/recalibration.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("recalibration: levels become thresholds, straight between them, in proportion beyond the last") {
  const Recalibration change({0.6, 1.5, 2.5, 4});
  CHECK(change(0.6F) == Approx(0.5));
  CHECK(change(1.5F) == Approx(2));
  CHECK(change(2.5F) == Approx(5));
  CHECK(change(4) == Approx(10));
  CHECK(change(0.3F) == Approx(0.25));
  CHECK(change(2) == Approx(3.5));
  CHECK(change(8) == Approx(20));
}

TEST_CASE("recalibration: at the thresholds nothing changes, and what is dry or missing stays so") {
  const Recalibration same({0.5, 2, 5, 10});
  for (const float rate : {0.0F, 0.1F, 0.5F, 3.0F, 40.0F, -0.2F}) CHECK(same(rate) == Approx(rate));
  CHECK(std::isnan(same(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("recalibration: a level below that of a lower threshold is passed over, so that more stays more") {
  const Recalibration change({0.8, 2, 1.9, 4});
  CHECK(change(2) == Approx(2));
  CHECK(change(3) == Approx(6));
  float before = 0;
  for (float rate = 0; rate < 6; rate += 0.01F) {
    CHECK(change(rate) >= before);
    before = change(rate);
  }
}
