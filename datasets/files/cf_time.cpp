#include "datasets/files/cf_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <regex>

#include "datasets/files/units.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep::netcdf {

namespace {

using std::chrono::year_month_day;

constexpr double day = 86400;
constexpr const char* epoch = "seconds since 1970-01-01 00:00:00 UTC";

/// "<unit> since <date><rest>"; `whole`: the same, with dashes in the date.
struct TimeUnits {
  std::string unit, rest, whole;
  int year = 0;
  unsigned month = 0, day_of_month = 0;
};

/// Parses dates with dashes, and dates of digits alone, which UDUNITS-2 takes for 2001-01-01 where more digits follow.
std::optional<TimeUnits> parse(const std::string& units) {
  static const std::regex form(R"(\s*(\S.*?)\s+(?:since|after|from|ref|@)\s+)"
                               R"((?:([-+]?\d{1,4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{1,2}))(.*))",
                               std::regex::icase),
      clock(R"((T?\d\d(\d\d(\d\d(\.\d+)?)?)?)?([^\d.].*)?)", std::regex::icase);
  std::smatch found;
  if (units.size() > longest_units || !std::regex_match(units, found, form)) return std::nullopt;
  const std::size_t date = found[2].matched ? 2 : 5;
  const auto number = [&](std::size_t i) { return std::stoi(found[date + i]); };
  TimeUnits told{
      found[1], found[8], units, number(0), static_cast<unsigned>(number(1)), static_cast<unsigned>(number(2))};
  if (date == 2) return told;
  if (!std::regex_match(told.rest, clock)) told.month = 0;  // there is no such moment
  if (!told.rest.empty() && told.rest[0] >= '0' && told.rest[0] <= '9') told.rest.insert(0, "T");
  told.whole =
      fmt::format("{} since {:04}-{:02}-{:02}{}", told.unit, told.year, told.month, told.day_of_month, told.rest);
  return told;
}

bool is_date(int year, unsigned month, unsigned day_of_month) {
  return year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day_of_month)).ok();
}

double seconds_of(int year, unsigned month, unsigned day_of_month) {
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day_of_month)};
  return day * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

/// Days before the first of each month, in a year of 365 days.
constexpr std::array<int, 12> days_before{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

/// Seconds since 1970 of a moment, in seconds since the year 0 of a calendar without leap days.
double without_leap_days(double since) {
  const double days = std::floor(since / day), year = std::floor(days / 365);
  const auto day_of_year = static_cast<int>(days - 365 * year);
  const auto month = static_cast<unsigned>(std::ranges::upper_bound(days_before, day_of_year) - days_before.begin());
  return seconds_of(static_cast<int>(year), month, static_cast<unsigned>(day_of_year - days_before[month - 1] + 1)) +
         since - day * days;
}

class Clock {
 public:
  Clock(const std::string& units, const std::string& calendar, const std::string& place);
  /// Nothing for what is 10,000 years away, or more.
  std::optional<std::int64_t> seconds(double number) const {
    constexpr double longest = 10'000 * 365 * day;
    const double since = origin_ + scale_ * number;
    if (!(std::abs(since) < longest)) return std::nullopt;
    return std::llround(leaps_ ? since : without_leap_days(since));
  }

 private:
  bool leaps_ = true;
  double scale_ = 1, origin_ = 0;  ///< seconds since 1970; where there are no leap days, since the year 0
};

Clock::Clock(const std::string& units, const std::string& calendar, const std::string& place) {
  const auto refuse = [&](const std::string& remedy) {
    throw InputError(fmt::format("{}: its units are '{}'{}; give {}", place, units.substr(0, longest_units),
                                 calendar.empty() ? "" : fmt::format(" in the calendar '{}'", calendar), remedy));
  };
  static const std::regex since(R"(.+\s(since|after|from|ref|@)\s.+)", std::regex::icase);
  const auto told = parse(units);
  const auto unit = unit_conversion(told ? told->unit : units.substr(0, units.find(' ')), "s");
  const bool sound = !told || is_date(told->year, told->month, told->day_of_month);
  const auto whole = unit_conversion(told && sound ? told->whole : units, epoch);
  if (!unit || !whole || !std::regex_match(units, since)) refuse("units like 'seconds since 1970-01-01 00:00:00'");
  if (unit->scale > 7 * day) refuse("days or shorter units: months and years are not of one length");
  scale_ = unit->scale, origin_ = whole->offset;
  const bool standard = calendar.empty() || calendar == "standard" || calendar == "gregorian";
  leaps_ = calendar != "365_day" && calendar != "noleap";
  if (leaps_ && !standard && calendar != "proleptic_gregorian" && calendar != "none")
    refuse("times of the calendar standard, proleptic_gregorian or 365_day, with dates that exist");
  // UDUNITS-2 reads 31 February as 3 March, and has no year 0.
  if (!sound || (told && standard && told->year == 0)) refuse("a date that there was");
  if (standard || (leaps_ && told && told->year > 1582)) return;
  const auto rest =
      told ? unit_conversion("s since 2001-01-01" + told->rest, "s since 2001-01-01 00:00:00 UTC") : std::nullopt;
  if (!rest) refuse("units like 'days since 2001-01-01 00:00:00'");
  origin_ =
      rest->offset +
      (leaps_ ? seconds_of(told->year, told->month, told->day_of_month)
              : day * (365 * told->year + days_before[told->month - 1] + static_cast<int>(told->day_of_month) - 1));
}

/// The time that a date means: 20180101.25 is 6:00 on that day.
std::optional<std::int64_t> time_of_date(double number) {
  if (!(number > 0 && number < 1e8)) return std::nullopt;
  const auto date = static_cast<int>(number);
  const int year = date / 10000, month = date / 100 % 100, day_of_month = date % 100;
  if (!is_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day_of_month))) return std::nullopt;
  return std::llround(seconds_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day_of_month)) +
                      day * (number - date));
}

}  // namespace

std::vector<std::int64_t> unix_times(const std::vector<double>& numbers, const std::string& units,
                                     const std::string& calendar, const std::string& place) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!std::isfinite(numbers[i]))
      throw InputError(fmt::format("{}[{}] is missing; give files with the time of each image", place, i));
  }
  std::vector<std::int64_t> times;
  if (units.starts_with("day as %Y%m%d")) {
    for (const double number : numbers) {
      const auto time = time_of_date(number);
      if (!time) throw InputError(fmt::format("{} is {:.12g}, no date YYYYMMDD.F; mend it", place, number));
      times.push_back(*time);
    }
    return times;
  }
  const Clock clock(units, lower(calendar), place);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto time = clock.seconds(numbers[i]);
    if (!time)
      throw InputError(
          fmt::format("{}[{}] is {:g}, thousands of years away; mend it or leave the file out", place, i, numbers[i]));
    times.push_back(*time);
  }
  return times;
}

std::optional<std::int64_t> unix_time(const std::string& moment) {
  const std::string units = "s since " + moment;
  const auto told = parse(units);
  if (told && !is_date(told->year, told->month, told->day_of_month)) return std::nullopt;
  const auto since = unit_conversion(told ? told->whole : units, epoch);
  if (!since) return std::nullopt;
  return std::llround(since->offset);
}

}  // namespace stormsweep::netcdf
