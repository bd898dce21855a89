#include "search/base/utc.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;

TEST_CASE("utc: times are read and written, whatever the time zone") {
  // date -u -d 2010-08-26T03:00Z +%s
  CHECK(parse_utc("2010-08-26T03:00Z") == 1282791600);
  CHECK(parse_utc("2010-08-26T03:00") == 1282791600);
  CHECK(parse_utc("2010-08-26T03:00:05Z") == 1282791605);
  CHECK(parse_utc("1970-01-01T00:00Z") == 0);
  CHECK(utc_text(1282791605, "%Y%m%d %H%M%S") == "20100826 030005");
}

TEST_CASE("utc: what is no time is refused") {
  for (const char* text : {"", "2010-08-26", "2010-02-30T00:00Z", "2010-08-26T25:00Z", "2010-08-26T03:00Zulu",
                           "2010-08-26T03:00+02:00", "yesterday", "Z"}) {
    CAPTURE(text);
    CHECK(!parse_utc(text));
  }
}

TEST_CASE("utc: what this process begins and ends has times in order, near the machine's clock") {
  const double first = steady_unix_time().begin(), second = steady_unix_time().now();
  CHECK(first <= second);
  CHECK(std::abs(second - unix_time()) < 60);
}

TEST_CASE("utc: setting the clock makes nothing longer, and what begins later follows the new time") {
  static double told = 1000, gone = 0;
  SteadyUnixTime time([] { return told; }, [] { return gone; });
  const auto pass = [](double seconds, double set_by = 0) { gone += seconds, told += seconds + set_by; };
  CHECK(time.begin() == 1000);
  pass(10, -3600);
  CHECK(time.now() == 1010);
  CHECK(time.begin() == -2590);
  pass(5, 59);  // as NTP may
  CHECK(time.now() == -2585);
  CHECK(time.begin() == -2585);
  pass(5, 7200);
  CHECK(time.now() == -2580);
  CHECK(time.begin() == 4679);
}
