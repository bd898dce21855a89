#include "search/base/utc.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <ctime>

#include "search/base/time.hpp"

namespace stormsweep {

std::optional<std::int64_t> parse_utc(const std::string& text) {
  std::string body = text;
  if (body.ends_with('Z')) body.pop_back();
  for (const char* const format : {"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"}) {
    std::tm fields{};
    const char* const end = strptime(body.c_str(), format, &fields);
    if (!end || *end != '\0') continue;
    const std::tm read = fields;
    const std::time_t time = timegm(&fields);
    if (fields.tm_mday == read.tm_mday && fields.tm_sec == read.tm_sec) return time;  // else 31 June
  }
  return std::nullopt;
}

double unix_time() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

double boot_time() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double SteadyUnixTime::begin() {
  constexpr double most_off = 60;
  if (std::abs(unix_() - now()) > most_off) offset_ = unix_() - steady_();
  return now();
}

SteadyUnixTime& steady_unix_time() {
  static SteadyUnixTime time;
  return time;
}

std::string utc_text(std::int64_t time, const char* format) {
  const std::time_t seconds = time;
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &fields)};
}

}  // namespace stormsweep
