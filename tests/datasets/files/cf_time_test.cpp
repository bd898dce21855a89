#include "datasets/files/cf_time.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <tuple>

#include "search/base/error.hpp"

using namespace stormsweep;
using netcdf::unix_time;
using netcdf::unix_times;

namespace {

constexpr std::int64_t eleven_pm = 1009839600;  // 2001-12-31 23:00 UTC, by date -d

std::int64_t one(double number, const std::string& units, const std::string& calendar = "") {
  return unix_times({number}, units, calendar, "a.nc: time")[0];
}

}  // namespace

TEST_CASE("CF time: units and moments in every writing") {
  const std::map<std::string, double> same{{"Hour since 2001-12-31T23:00:00Z", 0},
                                           {"Hours since 2001-12-31 22:00", 1},
                                           {"Minutes since 2001-12-31 22:00:0.0", 60},
                                           {"minutes since 2001-12-31 22:00:00 UTC", 60},
                                           {"milliseconds since 2001-12-31", 82'800'000},
                                           {"microseconds since 2001-12-31 22:59:59.5", 500'000},
                                           {"days since 2001-12-31", 23 / 24.},
                                           {"hours since 2002-01-01 00:00:00 +01:00", 0},
                                           {"hours since 2001-12-31 17:00:00 -6:00", 0},
                                           {"hours since 2002-01-01T04:30:00+0530", 0},
                                           {"seconds since 1970-1-1 0:0:0", eleven_pm},
                                           {"hours since 20011231T2300", 0},
                                           {"hours since 200112312300", 0},
                                           {"hours since 20011231230000", 0},
                                           {"hours since 20011231T230000Z", 0},
                                           {"hours since 2001123122", 1},
                                           {"hours since 20011231 22:00", 1},
                                           {"hours since 20020101000000 +01:00", 0},
                                           {"seconds since 20011231225959.5", 0.5},
                                           {"days since 20011231", 23 / 24.},
                                           {"day as %Y%m%d.%f", 20011231 + 23 / 24.}};
  for (const auto& [units, number] : same) {
    CAPTURE(units);
    CHECK(one(number, units) == eleven_pm);
    CHECK(one(number, units, "Gregorian") == eleven_pm);
  }
  CHECK(unix_time("2001-12-31T23:00:00Z") == eleven_pm);
  CHECK(unix_time("2002-01-01 00:00:00+01:00") == eleven_pm);
  CHECK(unix_time("20011231230000") == eleven_pm);
  CHECK(unix_time("200112312300Z") == eleven_pm);
  CHECK(unix_time("20011231T230000") == eleven_pm);
  for (const char* const none :
       {"20010231", "20010231T230000", "20011331230000", "2001365", "200112312", "20011231.5", "2001123123000"}) {
    CAPTURE(none);
    CHECK(!unix_time(none));
  }
  CHECK(!unix_time("yesterday"));
  CHECK(!unix_time("2001-02-31"));
}

TEST_CASE("CF time: calendars, as cftime 1.6.2 has them") {
  // 2018-01-01 00:00
  for (const auto& [units, calendar, number] : {std::tuple{"days since 0001-01-01", "standard", 736696.},
                                                {"days since 0001-01-01", "proleptic_gregorian", 736694.},
                                                {"days since 0000-01-01", "proleptic_gregorian", 737060.},
                                                {"days since 0001-01-01", "noleap", 736205.},
                                                {"days since 1950-01-01 12:00", "365_day", 24819.5},
                                                {"days since 1949-12-31 23:00 -01:00", "365_DAY", 24820.}}) {
    CAPTURE(units);
    CAPTURE(calendar);
    CHECK(one(number, units, calendar) == 1514764800);
  }
  CHECK(one(24819.5, "days since 195001011200", "365_day") == 1514764800);
  CHECK(one(58, "days since 2020-01-01", "noleap") == 1582848000);  // 2020-02-28
  CHECK(one(59, "days since 2020-01-01", "noleap") == 1583020800);  // 2020-03-01: it has no 29 February
}

TEST_CASE("CF time: units of hundreds of blanks are read at once") {
  const std::string blanks(900, ' ');
  CHECK(one(0, blanks + "seconds since 2001-12-31 23:00") == eleven_pm);
  CHECK(one(0, "seconds" + blanks + " since 2001-12-31 23:00") == eleven_pm);
  CHECK_THROWS_AS(one(0, blanks), InputError);
  CHECK(!unix_time(std::string(9000, ' ')));
}

TEST_CASE("CF time: what is no time is refused in one line") {
  const auto refused = [](double number, const char* units, const char* calendar, const char* line) {
    CHECK_THROWS_WITH_AS(one(number, units, calendar), doctest::Contains(line), InputError);
  };
  refused(0, "fortnights", "", "a.nc: time: its units are 'fortnights'; give units like 'seconds since 1970");
  refused(0, "", "", "a.nc: time: its units are ''");
  refused(0, "months since 1970-01-01", "", "months and years are not of one length");
  refused(0, "hours since 2001-02-31", "", "give a date that there was");
  refused(0, "days since 0000-01-01", "standard", "give a date that there was");
  refused(0, "hours since 1970-01-01 00:00 CET", "", "its units are 'hours since 1970-01-01 00:00 CET'");
  refused(0, "days since 1970-01-01", "360_day", "in the calendar '360_day'; give times of the calendar standard");
  refused(0, "days since 1970-01-01", "julian", "in the calendar 'julian'");
  refused(std::nan(""), "days since 1970-01-01", "", "a.nc: time[0] is missing");
  for (const char* const calendar : {"", "proleptic_gregorian", "noleap"}) {
    CAPTURE(calendar);
    for (const double number : {1e7, -1e7, 1e17, -1e30, 1e300})
      refused(number, "days since 2000-01-01", calendar, "a.nc: time[0] is ");
    refused(1e30, "days since 2000-01-01", calendar, "is 1e+30, thousands of years away; mend it");
  }
  refused(0, "hours since 20010231T12", "", "give a date that there was");
  refused(0, "hours since 20011231120", "", "give a date that there was");
  refused(1e30, "day as %Y%m%d.%f", "", "a.nc: time is 1e+30, no date");
  refused(20011350, "day as %Y%m%d.%f", "", "a.nc: time is 20011350, no date");
}
