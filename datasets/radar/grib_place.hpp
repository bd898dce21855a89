#pragma once

#include <filesystem>

#include "datasets/files/grib.hpp"
#include "datasets/radar/radar_frame.hpp"

namespace stormsweep::radar {

/// Where a message's image lies: regular grids of latitude and longitude, also rotated, Gaussian ones by their mean
/// step, both of Lambert's projections, stereographic and Mercator; for other grids only the size. Throws InputError:
/// no rows and columns.
RadarGrid read_grib_grid(const grib::Message& message, const std::filesystem::path& path);

}  // namespace stormsweep::radar
