#pragma once

#include "datasets/files/hdf5.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// What the numbers in files of masks mean.
inline constexpr const char* weather_class_meanings = "0 background, 1 tropical cyclone, 2 atmospheric river";

/// Writes `latitude` [height] and `longitude` [width], degrees; false where it cannot.
bool write_grid(const hdf5::Handle& file, const WeatherGrid& grid);

}  // namespace stormsweep
