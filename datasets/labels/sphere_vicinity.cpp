#include "datasets/labels/sphere_vicinity.hpp"

#include <cmath>
#include <cstdlib>

#include "search/base/sphere.hpp"

namespace stormsweep {

SphereVicinity::SphereVicinity(const WeatherGrid& grid)
    : grid_(grid),
      periodic_(grid.periodic()),
      row_step_(std::abs(grid.latitudes[1] - grid.latitudes[0])),
      column_step_(grid.longitudes[1] - grid.longitudes[0]) {
  for (const double latitude : grid.latitudes) {
    sines_.push_back(std::sin(latitude * degree));
    cosines_.push_back(std::cos(latitude * degree));
  }
  for (std::int64_t columns = 0; columns < grid.width(); ++columns)
    turns_.push_back(std::cos(static_cast<double>(columns) * column_step_ * degree));
}

double SphereVicinity::distance(std::int64_t pixel, std::int64_t other) const {
  const std::int64_t width = grid_.width();
  const auto one = static_cast<std::size_t>(pixel / width), two = static_cast<std::size_t>(other / width);
  const double turn = turns_[static_cast<std::size_t>(std::abs(pixel % width - other % width))];
  const double cosine = sines_[one] * sines_[two] + cosines_[one] * cosines_[two] * turn;
  return std::acos(std::clamp(cosine, -1.0, 1.0)) / degree;
}

double SphereVicinity::reach(std::int64_t centre, double degrees) const {
  const double ratio = std::sin(degrees * degree) / cosines_[static_cast<std::size_t>(centre / grid_.width())];
  return ratio > 0 && ratio < 1 && degrees < 90 ? std::asin(ratio) / degree : 180;
}

}  // namespace stormsweep
