#include "master/progress.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("durations as people say them") {
  CHECK(spoken(Seconds(0)) == "0 s");
  CHECK(spoken(Seconds(59.4)) == "59 s");
  CHECK(spoken(Seconds(59.6)) == "1 min 0 s");
  CHECK(spoken(Seconds(200)) == "3 min 20 s");
  CHECK(spoken(Seconds(5 * 3600 + 12 * 60 + 59)) == "5 h 12 min");
  CHECK(spoken(Seconds(76 * 3600)) == "3 days 4 h");
}
