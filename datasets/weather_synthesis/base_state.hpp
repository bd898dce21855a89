#pragma once

#include <cstdint>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// The variables of synthetic weather, from which the channels of a sample follow. Each [height, width].
struct WeatherState {
  std::vector<float> altitude;            ///< of the ground, m
  std::vector<float> psl;                 ///< Pa
  std::vector<float> trefht, t500, t200;  ///< K
  std::vector<float> tmq;                 ///< kg/m2
  std::vector<float> humidity;            ///< at 2 m, relative, 0 ... 1
  std::vector<float> u850, v850;          ///< m/s
  std::vector<float> prect;               ///< m/s
};

/// A moment of a planet without storms: pressure belts, trade winds, westerlies and a moist and warm tropical belt that
/// moves with the season; planetary waves and noise with geostrophic winds. The land is the same whatever the seed.
WeatherState climate_state(const WeatherGrid& grid, std::uint64_t seed);

/// [16, height, width], in the order and units of WeatherChannel.
std::vector<float> weather_fields(const WeatherState& state);

}  // namespace stormsweep
