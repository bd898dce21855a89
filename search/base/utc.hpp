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

/// Now, for the beginnings and ends that this process records: unix_time() of the first call plus the time since then
/// on the steady clock, so that setting the system's clock meanwhile changes no duration.
double steady_unix_time();

/// `format` as for strftime: "%Y%m%d".
std::string utc_text(std::int64_t time, const char* format);

}  // namespace stormsweep
