#pragma once

#include <filesystem>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// KNMI's HDF5 (KNMI TR-277): `image1/image_data`, accumulations and reflectivities by their calibration formula, and
/// nowcasts: `image2`, ... of the same, each at its image_datetime_valid, its amount since the image before.
bool is_knmi(const hdf5::Handle& file);
std::vector<RadarImage> list_knmi(const hdf5::Handle& file, const std::filesystem::path& path);
RadarFrame read_knmi(const hdf5::Handle& file, const RadarImage& image);

}  // namespace stormsweep::radar
