#include "datasets/labels/vorticity.hpp"

#include <cmath>
#include <limits>

#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

/// d v / d longitude less d (u cos latitude) / d latitude, both over R cos latitude, along the inner rows.
void row_vorticity(const WeatherGrid& grid, std::size_t row, std::span<const float> u, std::span<const float> v,
                   std::span<float> result) {
  constexpr double metres = 1000 * earth_radius;
  const auto width = static_cast<std::size_t>(grid.width());
  const auto cosine = [&](std::size_t r) { return std::cos(grid.latitudes[r] * degree); };
  const double sign = grid.latitudes[row] > 0 ? 1 : -1;
  const double per_column = sign / (2 * (grid.longitudes[1] - grid.longitudes[0]) * degree * metres * cosine(row));
  const double rows = (grid.latitudes[row + 1] - grid.latitudes[row - 1]) * degree;  // negative where rows go south
  const auto across = static_cast<float>(per_column);
  const auto above = static_cast<float>(sign * cosine(row + 1) / (rows * metres * cosine(row)));
  const auto below = static_cast<float>(sign * cosine(row - 1) / (rows * metres * cosine(row)));
  const float *here = &v[row * width], *up = &u[(row + 1) * width], *down = &u[(row - 1) * width];
  const auto at = [&](std::size_t left, std::size_t column, std::size_t right) {
    result[column] = across * (here[right] - here[left]) - above * up[column] + below * down[column];
  };
  for (std::size_t column = 1; column + 1 < width; ++column) at(column - 1, column, column + 1);
  if (grid.periodic()) at(width - 1, 0, 1), at(width - 2, width - 1, 0);
}

}  // namespace

std::vector<float> cyclonic_vorticity(const WeatherGrid& grid, std::span<const float> u, std::span<const float> v) {
  const auto width = static_cast<std::size_t>(grid.width());
  std::vector<float> result(u.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t row = 1; row + 1 < grid.latitudes.size(); ++row) {
    if (grid.latitudes[row] != 0) row_vorticity(grid, row, u, v, std::span(result).subspan(row * width, width));
  }
  return result;
}

}  // namespace stormsweep
