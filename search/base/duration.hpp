#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "search/base/time.hpp"

namespace stormsweep {

/// A length of time as people and Slurm write it: a number in units of `plain` ("3600"); numbers with units ("45s",
/// "90m", "1.5h", "1d12h"); or as Slurm does: minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]].
/// Nothing where it is none of these (such as squeue's UNLIMITED), or more than ten years.
std::optional<Seconds> read_duration(std::string_view text, Seconds plain);

/// The value of an option. Throws InputError unless it is a duration of at least a second.
Seconds parse_duration(std::string_view option, std::string_view text, Seconds plain);

/// As Slurm writes it, rounded up to seconds: 01:30:00, 1-00:00:00.
std::string slurm_time(Seconds duration);

/// 7 s, 3 min 20 s, 5 h 12 min, 3 days 4 h.
std::string spoken(Seconds duration);

}  // namespace stormsweep
