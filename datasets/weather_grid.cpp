#include "datasets/weather_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stormsweep {

bool WeatherGrid::periodic() const {
  if (width() < 2) return false;
  const double step = (longitudes.back() - longitudes.front()) / static_cast<double>(width() - 1);
  return std::abs(step * static_cast<double>(width()) - 360) < step / 2;
}

std::vector<double> WeatherGrid::row_areas() const {
  constexpr double radian = std::numbers::pi / 180;
  const double rows = static_cast<double>(height() - 1), columns = static_cast<double>(width() - 1);
  const double half = std::abs(latitudes.back() - latitudes.front()) / rows / 2;
  const double across = (longitudes.back() - longitudes.front()) / columns * radian;
  std::vector<double> areas;
  for (const double latitude : latitudes) {
    const double north = std::min(latitude + half, 90.0), south = std::max(latitude - half, -90.0);
    areas.push_back(earth_radius * earth_radius * across * (std::sin(north * radian) - std::sin(south * radian)));
  }
  return areas;
}

WeatherGrid global_grid(std::int64_t height, std::int64_t width) {
  WeatherGrid grid;
  for (std::int64_t row = 0; row < height; ++row)
    grid.latitudes.push_back(-90 + 180 * static_cast<double>(row) / static_cast<double>(height - 1));
  for (std::int64_t column = 0; column < width; ++column)
    grid.longitudes.push_back(360 * static_cast<double>(column) / static_cast<double>(width));
  return grid;
}

}  // namespace stormsweep
