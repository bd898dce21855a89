#include "datasets/climate/climate_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "datasets/files/cf_time.hpp"
#include "datasets/files/units.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

constexpr double days_of_month = 30, days_of_year = 360, most_months = 12 * 9999;

ClimateMonth month_of_moment(std::int64_t seconds) {
  using namespace std::chrono;
  const year_month_day date{floor<days>(sys_seconds(std::chrono::seconds(seconds)))};
  return month_of(static_cast<int>(date.year()), static_cast<std::int32_t>(static_cast<unsigned>(date.month())));
}

std::vector<ClimateMonth> months_of_years(const std::vector<double>& numbers, const std::string& place) {
  std::vector<ClimateMonth> months;
  for (const double year : numbers) {
    if (!(year >= 1 && year <= 9999 && year == std::floor(year)))
      throw InputError(
          fmt::format("{} has no units, and {:g} is no year; give units like 'days since 1850-01-01'", place, year));
    months.push_back(month_of(static_cast<std::int32_t>(year), 7));
  }
  return months;
}

/// The length of a unit in days of a calendar whose months have 30: its own months and years, not UDUNITS' mean ones.
/// Nothing for what is no unit of time.
std::optional<double> days_of(const std::string& unit) {
  const std::string word = lower(unit);
  if (word == "month" || word == "months") return days_of_month;
  if (word == "year" || word == "years") return days_of_year;
  const auto days = unit_conversion(unit, "days");
  return days ? std::optional(days->scale) : std::nullopt;
}

std::vector<ClimateMonth> months_of_360_days(const std::vector<double>& numbers, const std::string& units,
                                             const std::string& place) {
  int year = 0, month = 0, day = 0, length = 0;
  const std::size_t since = units.find(" since ");
  const auto unit = days_of(units.substr(0, since));
  const bool dated = since != std::string::npos &&
                     std::sscanf(units.c_str() + since, " since %d-%d-%d%n", &year, &month, &day, &length) == 3;
  const auto clock =
      dated ? unit_conversion("days since 2001-01-01" + units.substr(since + static_cast<std::size_t>(length)),
                              "days since 2001-01-01 00:00:00 UTC")
            : std::nullopt;
  const bool sound = year >= -9999 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_of_month;
  if (!unit || !clock || !sound)
    throw InputError(fmt::format("{}: its units are '{}'; give units like 'days since 1850-01-01'", place, units));
  std::vector<ClimateMonth> months;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double passed = std::floor((day - 1 + clock->offset + *unit * numbers[i]) / days_of_month);
    if (!(std::abs(passed) < most_months))
      throw InputError(
          fmt::format("{}[{}] is {:g}, no time; give files with the time of each map", place, i, numbers[i]));
    months.push_back(month_of(year, month) + static_cast<ClimateMonth>(passed));
  }
  return months;
}

}  // namespace

std::vector<ClimateMonth> months_of(const std::vector<double>& numbers, const std::string& units,
                                    const std::string& calendar, const std::string& place) {
  if (units.empty()) return months_of_years(numbers, place);
  if (lower(calendar) == "360_day") return months_of_360_days(numbers, units, place);
  std::vector<ClimateMonth> months;
  std::ranges::transform(netcdf::unix_times(numbers, units, calendar, place), std::back_inserter(months),
                         month_of_moment);
  return months;
}

BetweenYears between_years(std::span<const std::int32_t> years, ClimateMonth month) {
  const double when = month + 0.5;  // the middles of years lie between June and July
  const auto middle = [&](std::size_t i) { return static_cast<double>(month_of(years[i], 7)); };
  const auto last = years.size() - 1;
  if (when <= middle(0)) return {0, 0, 0};
  if (when >= middle(last)) return {last, last, 0};
  std::size_t after = 1;
  while (middle(after) < when) ++after;
  return {after - 1, after, (when - middle(after - 1)) / (middle(after) - middle(after - 1))};
}

}  // namespace stormsweep
