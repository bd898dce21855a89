#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace stormsweep {

/// "2010-08-26T03:00Z" as seconds since 1970-01-01 UTC; seconds and the Z may be there or not. Nothing where it is no
/// such time.
std::optional<std::int64_t> parse_utc(const std::string& text);

/// Now, in the same seconds.
double unix_time();

/// Seconds since this machine started, including those when it was asleep.
double boot_time();

/// Now, for the beginnings and ends that this process records, in seconds like unix_time(). Setting the system's clock
/// between them changes no duration.
class SteadyUnixTime {
 public:
  using Clock = double (*)();
  explicit SteadyUnixTime(Clock unix_clock = unix_time, Clock steady_clock = boot_time)
      : unix_(unix_clock), steady_(steady_clock), offset_(unix_() - steady_()) {}

  /// Now, for a beginning: follows the system's clock if that has been set by more than a minute. Smaller corrections,
  /// as by NTP, are not followed, or a training could seem to begin before the one before it ended.
  double begin();
  double now() const { return offset_ + steady_(); }

 private:
  Clock unix_, steady_;
  double offset_;
};

/// The one for all that this process trains, one after the other: for one thread.
SteadyUnixTime& steady_unix_time();

/// `format` as for strftime: "%Y%m%d".
std::string utc_text(std::int64_t time, const char* format);

}  // namespace stormsweep
