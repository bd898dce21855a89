#pragma once

#include <filesystem>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// SEVIR VIL HDF5 (Veillette et al. 2020): `vil` uint8 (N, 384, 384, 49), 5 min apart; or `IN` (N, 384, 384, 13) and
/// `OUT` (N, 384, 384, 12), consecutive frames (its set for nowcasts).
bool is_sevir(const hdf5::Handle& file);
std::vector<RadarImage> list_sevir(const hdf5::Handle& file, const std::filesystem::path& path);
RadarFrame read_sevir(const hdf5::Handle& file, const RadarImage& image);

}  // namespace stormsweep::radar
