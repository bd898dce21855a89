#include "search/base/waking_clock.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("a waking clock follows time, but skips whatever exceeds its longest step") {
  WakingClock clock(Seconds(100), Seconds(2));
  CHECK(clock.at(Seconds(101)) == Seconds(101));
  CHECK(clock.at(Seconds(103)) == Seconds(103));
  CHECK(clock.at(Seconds(3603)) == Seconds(105));  // asleep for 3498 s
  CHECK(clock.at(Seconds(3604)) == Seconds(106));
  CHECK(clock.at(Seconds(3604)) == Seconds(106));
  CHECK(clock.at(Seconds(3614)) == Seconds(108));
}
