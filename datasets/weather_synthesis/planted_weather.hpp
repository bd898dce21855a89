#pragma once

#include <cstddef>
#include <vector>

#include "datasets/weather/weather_grid.hpp"
#include "datasets/weather_synthesis/base_state.hpp"

namespace stormsweep {

/// Something round: a tropical cyclone, a vortex of middle latitudes, a moist patch. Anomalies fall as
/// exp(-(distance / radius)^2).
struct RoundWeather {
  double latitude = 0, longitude = 0, radius = 0;  ///< degrees, km
  double pressure = 0;                             ///< Pa, at its centre
  double warmth = 0;                               ///< K, at 200 and 500 hPa
  double wind = 0;                                 ///< m/s, cyclonic: the maximum, at 2/3 of the radius
  double vapour = 0, humidity = 0, rain = 0;       ///< kg/m2; relative, at 2 m; m/s
};

/// Something long: an atmospheric river, a dry jet. It winds from (latitude, longitude) towards the pole of its
/// hemisphere and ends before it; anomalies are half as large half a width away from its middle, and fall steeply
/// there.
struct LongWeather {
  double latitude = 0, longitude = 0, length = 0, width = 0;  ///< degrees, km
  double heading = 0, bend = 0;  ///< degrees east of poleward: at first, and how many more at the end
  double swing = 0;              ///< degrees, of a wave of the heading
  double wind = 0;               ///< m/s, along it, replacing the wind there
  double warmth = 0, vapour = 0, humidity = 0, rain = 0;  ///< K at 2 m; kg/m2; relative, at 2 m; m/s
};

/// The side in kilometres of a square as large as a pixel.
double pixel_side(const WeatherGrid& grid, double latitude);

/// Adds it to `state` and returns its pixels: for round weather those within the radius, for long weather those where
/// anomalies are at least half of their maximum.
std::vector<std::size_t> plant(const WeatherGrid& grid, const RoundWeather& weather, WeatherState& state);
std::vector<std::size_t> plant(const WeatherGrid& grid, const LongWeather& weather, WeatherState& state);

}  // namespace stormsweep
