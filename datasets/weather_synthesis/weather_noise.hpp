#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// One scale of a noise.
struct NoiseScale {
  double degrees = 0;  ///< between knots
  double gain = 0;     ///< standard deviation
};

/// Smooth random fields [height, width], the sum of one field per scale: cubic splines between random knots, periodic
/// in longitude. Scales below two pixels are left out, so that the rest of a seed's field is the same at any
/// resolution. Mean 0.
std::vector<float> weather_noise(const WeatherGrid& grid, std::uint64_t seed, std::initializer_list<NoiseScale> scales);

}  // namespace stormsweep
