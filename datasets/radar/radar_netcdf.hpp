#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// NetCDF of any kind, HDF5 below or not (libnetcdf opens the file): rain rates, accumulations or reflectivities by the
/// CF conventions (time, _FillValue, scale_factor, grid_mapping), one image or many. `variable`: the one to take;
/// empty: choose_rain (netcdf_rain.hpp) chooses.
std::vector<RadarImage> list_netcdf(const std::filesystem::path& path, const std::string& variable);
RadarFrame read_netcdf(const RadarImage& image);

}  // namespace stormsweep::radar
