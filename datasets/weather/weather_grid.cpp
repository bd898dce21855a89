#include "datasets/weather/weather_grid.hpp"

#include <algorithm>
#include <cmath>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

/// Degrees between neighbours; `whole` where there is only one value.
double step_of(const std::vector<double>& values, double whole) {
  return values.size() < 2 ? whole : (values.back() - values.front()) / static_cast<double>(values.size() - 1);
}

}  // namespace

double WeatherGrid::row_step() const {
  return step_of(latitudes, 180);
}

double WeatherGrid::column_step() const {
  return step_of(longitudes, 360);
}

bool WeatherGrid::periodic() const {
  const double step = column_step();
  return std::abs(step * static_cast<double>(width()) - 360) < step / 2;
}

std::vector<double> WeatherGrid::row_areas() const {
  const double half = std::abs(row_step()) / 2, columns = column_step() * degree;
  std::vector<double> areas;
  for (const double latitude : latitudes) {
    const double north = std::min(latitude + half, 90.0), south = std::max(latitude - half, -90.0);
    areas.push_back(earth_radius * earth_radius * columns * (std::sin(north * degree) - std::sin(south * degree)));
  }
  return areas;
}

WeatherGrid global_grid(std::int64_t height, std::int64_t width) {
  WeatherGrid grid;
  for (std::int64_t y = 0; y < height; ++y)
    grid.latitudes.push_back(-90 + 180 * static_cast<double>(y) / static_cast<double>(height - 1));
  for (std::int64_t x = 0; x < width; ++x)
    grid.longitudes.push_back(360 * static_cast<double>(x) / static_cast<double>(width));
  return grid;
}

}  // namespace stormsweep
