#include "master/schedule/closing_margin.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("the margin is 2 % of the time, within 10 s and 2 min, and leaves half of a short run") {
  CHECK(closing_margin(Seconds(1000)) == Seconds(20));
  CHECK(closing_margin(Seconds(60)) == Seconds(10));
  CHECK(closing_margin(Seconds(86400)) == Seconds(120));
  CHECK(closing_margin(Seconds(8)) == Seconds(4));
  CHECK(closing_margin(Seconds(-8)) <= Seconds(0));
}
