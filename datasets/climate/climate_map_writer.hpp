#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// Monthly maps of one scenario, as a CF NetCDF file: time [months] in days, in the middle of each month of the usual
/// calendar, with its bounds; latitude and longitude, degrees, as in `grid`; for each field a variable, float32 [time,
/// latitude, longitude].
struct ClimateMaps {
  struct Field {
    std::string name, unit;         ///< "tas" in K, "pr" in mm/day
    std::span<const float> values;  ///< [months, height, width]
  };
  ClimateGrid grid;
  ClimateMonth begin = 0;  ///< of the first map
  std::int64_t months = 0;
  std::vector<Field> fields;
  std::string title, source;  ///< attributes of the file
};

/// The file appears whole or not at all. Throws InputError: an unwritable folder, a full disk.
void write_climate_maps(const std::filesystem::path& path, const ClimateMaps& maps);

}  // namespace stormsweep
