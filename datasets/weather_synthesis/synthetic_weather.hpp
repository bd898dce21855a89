#pragma once

#include <cstdint>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// One moment of a synthetic world.
struct SyntheticWeather {
  std::vector<float> fields;        ///< [16, height, width], units of WeatherChannel
  std::vector<std::uint8_t> truth;  ///< [height, width]: 0 background, 1 tropical cyclone, 2 atmospheric river
};

/// Zonal climate, planetary waves and noise of all scales in every channel; tropical cyclones (low pressure, a warm
/// core, a vortex, rain) and atmospheric rivers (long filaments of vapour and wind), which the labelling rules of
/// river_labels.hpp and cyclone_labels.hpp find; and weather that is meant to mislead: dry vortices of middle
/// latitudes, moist patches that are not long. At any resolution from 32 x 48 on: what is planted is at least a few
/// pixels wide. `seed` decides everything.
SyntheticWeather synthetic_weather(const WeatherGrid& grid, std::uint64_t seed);

}  // namespace stormsweep
