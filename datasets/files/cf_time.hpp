#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stormsweep::netcdf {

/// The numbers of a time coordinate as seconds since 1970-01-01 UTC, to the nearest. `units`: "<unit> since <moment>"
/// as UDUNITS-2 reads it, zones included, or "day as %Y%m%d.%f". `calendar`: CF's, upper or lower case: standard,
/// gregorian, proleptic_gregorian, none, 365_day, noleap; empty: standard. Throws InputError "<place>: ..." for units
/// and calendars that have no such moments, for months and years as units, as their lengths vary, for NaN, and for
/// moments 10,000 years away or more.
std::vector<std::int64_t> unix_times(const std::vector<double>& numbers, const std::string& units,
                                     const std::string& calendar, const std::string& place);

/// "2019-03-01T12:00:00Z" likewise; UTC where it has no zone. Nothing where it is not a moment.
std::optional<std::int64_t> unix_time(const std::string& moment);

}  // namespace stormsweep::netcdf
