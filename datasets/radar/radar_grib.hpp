#pragma once

#include <filesystem>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// GRIB 1 and 2, packed by gzip or not: rain rates (kg/m2/s, mm/h), amounts (m, kg/m2) over the interval that they
/// state, such as ERA5's tp, reflectivities; MRMS' PrecipRate, sums, reflectivities and VIL. `index` is the byte at
/// which an image's message begins. On regular grids: latitude and longitude, also rotated, Lambert, stereographic,
/// Mercator. Throws UnreadableFile and InputError.
std::vector<RadarImage> list_grib(const std::filesystem::path& path);
RadarFrame read_grib(const RadarImage& image);

}  // namespace stormsweep::radar
