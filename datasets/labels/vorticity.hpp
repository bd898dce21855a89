#pragma once

#include <span>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// Relative vorticity in 1/s of winds [height, width] in m/s, by central differences on the sphere, times the sign of
/// the latitude, so that cyclonic is positive in both hemispheres. NaN in the first and last row, at the first and last
/// column unless they are neighbours around the Earth, and on the equator.
std::vector<float> cyclonic_vorticity(const WeatherGrid& grid, std::span<const float> u, std::span<const float> v);

}  // namespace stormsweep
