#pragma once

#include <filesystem>

#include "datasets/files/hdf5.hpp"

namespace stormsweep::radar {

/// Throws InputError where a file holds polar data, by azimuth and range from one radar: ODIM's and KNMI's volumes and
/// scans, GAMIC's, CfRadial 2.
void refuse_polar(const hdf5::Handle& file, const std::filesystem::path& path);
/// The same for files that libnetcdf reads: CfRadial 1, EDGE's and others whose dimensions or coordinates are azimuth
/// and range. Does nothing where libnetcdf cannot read the file.
void refuse_polar_netcdf(const std::filesystem::path& path);

}  // namespace stormsweep::radar
