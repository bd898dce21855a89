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

/// Now, for what this process begins and ends: unix_time() of the first call, and what has gone by on the steady clock
/// since. A clock that is set meanwhile makes nothing longer or shorter.
double steady_unix_time();

/// By the fields of strftime, as "%Y%m%d".
std::string utc_text(std::int64_t time, const char* format);

}  // namespace stormsweep
