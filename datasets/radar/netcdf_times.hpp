#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/radar/netcdf_rain.hpp"

namespace stormsweep::radar {

/// The times for which the images of a field hold.
struct NetcdfTimes {
  std::vector<std::int64_t> valid;  ///< seconds since 1970-01-01 UTC; of amounts: the end
  std::vector<double> hours;        ///< in which an amount fell, 0 where unknown; 1 for other fields
};

/// From the field's time coordinate, its bounds, start_time, or the file's own attributes. Throws InputError: there is
/// none, or it cannot be understood.
NetcdfTimes times_of(const netcdf::File& file, const std::filesystem::path& path, const NetcdfRain& rain);

}  // namespace stormsweep::radar
