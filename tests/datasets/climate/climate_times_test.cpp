#include "datasets/climate/climate_times.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("months of the calendars of climate models") {
  const auto month = [](double number, const char* calendar) {
    return words_of_month(months_of({number}, "days since 1850-01-01", calendar, "f.nc: time")[0]);
  };
  // 165 years on: 2015-01-16, in each calendar's days.
  CHECK(month(165 * 365 + 15.5, "noleap") == "2015-01");
  CHECK(month(165 * 360 + 15, "360_day") == "2015-01");
  CHECK(month(165 * 365 + 40 + 15.5, "proleptic_gregorian") == "2015-01");  // 40 leap days: 1852 ... 2012, not 1900
  CHECK(month(165 * 360 + 30, "360_day") == "2015-02");
  CHECK(month(165 * 360 + 29.9, "360_day") == "2015-01");
  CHECK(month(165 * 360 + 359, "360_day") == "2015-12");
  CHECK(months_of({-1, 24}, "hours since 2000-02-30", "360_day", "t")[0] == month_of(2000, 2));
  CHECK(months_of({24}, "hours since 2000-02-30", "360_day", "t")[0] == month_of(2000, 3));
  // 15.5 days of January are left of 30, and a time zone's hours count.
  const std::string noon = "days since 2015-01-15 12:00:00";
  CHECK(months_of({15.4, 15.5}, noon, "360_DAY", "t") ==
        std::vector<ClimateMonth>{month_of(2015, 1), month_of(2015, 2)});
  CHECK(months_of({0}, "hours since 2015-01-30T23:00:00 -02:00", "360_day", "t")[0] == month_of(2015, 2));
}

TEST_CASE("months and years since a date are the calendar's own where all months have 30 days") {
  const auto month = [](double number, const char* units) {
    return words_of_month(months_of({number}, units, "360_day", "t")[0]);
  };
  CHECK(month(34.5, "months since 1850-01-01") == "1852-11");
  CHECK(month(1200.5, "months since 1850-01-01") == "1950-01");  // by mean months of 30.4 days 1951-06
  CHECK(month(0.5, "Month since 1850-01-16") == "1850-02");
  CHECK(month(100, "years since 1850-01-01") == "1950-01");
}

TEST_CASE("numbers without units are years") {
  CHECK(months_of({2015, 2016}, "", "", "t") == std::vector<ClimateMonth>{month_of(2015, 7), month_of(2016, 7)});
  CHECK_THROWS_WITH_AS(months_of({2015.5}, "", "", "f.nc: time"),
                       "f.nc: time has no units, and 2015.5 is no year; give units like 'days since 1850-01-01'",
                       InputError);
}

TEST_CASE("times of 360 days without a beginning are refused") {
  CHECK_THROWS_WITH_AS(months_of({1}, "days", "360_day", "f.nc: time"),
                       "f.nc: time: its units are 'days'; give units like 'days since 1850-01-01'", InputError);
}

TEST_CASE("dates that no month of 30 days has, and numbers that are none, are refused") {
  for (const char* const units : {"days since 2015-13-01", "days since 2015-00-01", "days since 2015-01-31",
                                  "days since 2015-13-45", "days since 2015-01-00", "days since 2147483647-01-01"}) {
    CAPTURE(units);
    CHECK_THROWS_WITH_AS(months_of({1}, units, "360_day", "f.nc: time"), doctest::Contains("give units like 'days"),
                         InputError);
  }
  for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e12}) {
    CAPTURE(number);
    CHECK_THROWS_WITH_AS(months_of({1, number}, "days since 1850-01-01", "360_day", "f.nc: time"),
                         doctest::Contains("f.nc: time[1] is "), InputError);
    CHECK_THROWS_WITH_AS(months_of({1, number}, "days since 1850-01-01", "noleap", "f.nc: time"),
                         doctest::Contains("f.nc: time[1] is "), InputError);
  }
}

TEST_CASE("between years: from middle to middle, and no further") {
  const std::vector<std::int32_t> years{2015, 2020, 2030};
  const auto share = [&](ClimateMonth month) {
    const BetweenYears place = between_years(years, month);
    return static_cast<double>(place.before) + place.share * static_cast<double>(place.after - place.before);
  };
  CHECK(share(month_of(2015, 1)) == 0);
  CHECK(share(month_of(2015, 7)) == doctest::Approx(0.5 / 60));  // the middle of July, half a month after the year's
  CHECK(share(month_of(2017, 12)) == doctest::Approx(29.5 / 60));
  CHECK(share(month_of(2025, 6)) == doctest::Approx(1 + 59.5 / 120));
  CHECK(share(month_of(2030, 12)) == 2);
}
