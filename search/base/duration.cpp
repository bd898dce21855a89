#include "search/base/duration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <vector>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr double minute = 60, hour = 3600, day = 86400, longest = 3653 * day;

/// Takes a number off the front of `text`; nothing if none is there.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || text[0] == '-' || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

double unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return minute;
    case 'h':
      return hour;
    case 'd':
      return day;
    default:
      return 0;
  }
}

/// 1d12h
std::optional<double> read_units(std::string_view text) {
  double sum = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number || text.empty() || unit_seconds(text[0]) == 0) return std::nullopt;
    sum += *number * unit_seconds(text[0]);
    text.remove_prefix(1);
  }
  return sum;
}

/// The digits between colons, as whole numbers; empty if they are not.
std::vector<double> read_fields(std::string_view text) {
  std::vector<double> fields;
  for (;;) {
    const std::string_view field = text.substr(0, text.find(':'));
    if (field.empty() || field.size() > 9 || field.find_first_not_of("0123456789") != field.npos) return {};
    fields.push_back(std::stod(std::string(field)));
    if (field.size() == text.size()) return fields;
    text.remove_prefix(field.size() + 1);
  }
}

/// sbatch(1), --time: with days the first field is hours; without, two fields are minutes and seconds.
std::optional<double> read_slurm(std::string_view text) {
  double sum = 0;
  const std::size_t dash = text.find('-');
  const bool days = dash != text.npos;
  if (days) {
    const auto field = read_fields(text.substr(0, dash));
    if (field.size() != 1) return std::nullopt;
    sum = field[0] * day;
    text.remove_prefix(dash + 1);
  }
  const auto fields = read_fields(text);
  if (fields.empty() || fields.size() > 3) return std::nullopt;
  double unit = days || fields.size() == 3 ? hour : minute;
  for (const double field : fields) {
    sum += field * unit;
    unit /= 60;
  }
  return sum;
}

}  // namespace

std::optional<Seconds> read_duration(std::string_view text, Seconds plain) {
  if (text.empty()) return std::nullopt;
  std::string_view rest = text;
  std::optional<double> seconds;
  if (const auto number = take_number(rest); number && rest.empty()) {
    seconds = *number * plain.count();
  } else if (text.find_first_of(":-") != text.npos) {
    seconds = read_slurm(text);
  } else {
    seconds = read_units(text);
  }
  if (!seconds || *seconds > longest) return std::nullopt;
  return Seconds(*seconds);
}

Seconds parse_duration(std::string_view option, std::string_view text, Seconds plain) {
  const auto duration = read_duration(text, plain);
  if (!duration || *duration < Seconds(1))
    throw InputError(
        fmt::format("--{} is {}; give {}, a number with s, m, h or d (90m), or as Slurm does (8:00:00, 1-00:00:00)",
                    option, text, plain == Seconds(1) ? "seconds (3600)" : "minutes (60)"));
  return *duration;
}

std::string slurm_time(Seconds duration) {
  const auto seconds = static_cast<std::uint64_t>(std::ceil(duration.count()));
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return seconds < 86400 ? clock : fmt::format("{}-{}", seconds / 86400, clock);
}

std::string spoken(Seconds duration) {
  const auto seconds = static_cast<std::int64_t>(std::llround(duration.count()));
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} days {} h", seconds / 86400, seconds % 86400 / 3600);
}

}  // namespace stormsweep
