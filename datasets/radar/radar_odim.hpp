#pragma once

#include <filesystem>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// ODIM HDF5 composites (Michelson et al. 2014): the first of the quantities RATE, ACRR, DBZH, TH; gain and offset (1
/// and 0 where not given), nodata, undetect.
bool is_odim(const hdf5::Handle& file);
std::vector<RadarImage> list_odim(const hdf5::Handle& file, const std::filesystem::path& path);
RadarFrame read_odim(const hdf5::Handle& file, const RadarImage& image);

}  // namespace stormsweep::radar
