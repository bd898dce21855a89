#pragma once

#include <filesystem>

#include "datasets/radar/netcdf_globe.hpp"

namespace stormsweep::radar {

/// The place by one-dimensional coordinates and the grid mapping; where these do not give it, or latitudes and
/// longitudes of each pixel contradict them, by the latter. Throws InputError: a projection that PROJ does not know.
NetcdfPlace place_of(const netcdf::File& file, const std::filesystem::path& path, const netcdf::Variable& field,
                     const netcdf::FieldLayout& layout);

}  // namespace stormsweep::radar
