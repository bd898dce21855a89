#pragma once

#include <filesystem>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// NetCDF of any kind, HDF5 below or not (libnetcdf opens the file): rain rates, accumulations or reflectivities after
/// the CF conventions (time, _FillValue, scale_factor), one image or many.
std::vector<RadarImage> list_netcdf(const std::filesystem::path& path);
RadarFrame read_netcdf(const RadarImage& image);

}  // namespace stormsweep::radar
