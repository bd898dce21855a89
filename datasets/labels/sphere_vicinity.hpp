#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// Which pixels of a grid are near a pixel. Borrows the grid, of two rows and columns at least.
class SphereVicinity {
 public:
  explicit SphereVicinity(const WeatherGrid& grid);

  double row_step() const { return row_step_; }        ///< degrees
  double column_step() const { return column_step_; }  ///< degrees
  /// Degrees of great circle between two pixels.
  double distance(std::int64_t pixel, std::int64_t other) const;

  /// Calls visit(pixel) for each pixel up to so many degrees of latitude and longitude from `centre`, in order of rows;
  /// across the last column where the grid is periodic.
  template <class Visit>
  void box(std::int64_t centre, double latitudes, double longitudes, const Visit& visit) const;

  /// Calls visit(pixel, distance) for each pixel up to so many degrees of great circle from `centre`.
  template <class Visit>
  void disc(std::int64_t centre, double degrees, const Visit& visit) const;

 private:
  /// Degrees of longitude that a disc reaches to each side, 180 where it holds a pole.
  double reach(std::int64_t centre, double degrees) const;

  const WeatherGrid& grid_;
  bool periodic_;
  double row_step_, column_step_;
  std::vector<double> sines_, cosines_;  ///< of latitude
  std::vector<double> turns_;            ///< cosine of a number of columns
};

template <class Visit>
void SphereVicinity::box(std::int64_t centre, double latitudes, double longitudes, const Visit& visit) const {
  const std::int64_t width = grid_.width(), here = centre % width;
  const auto up = static_cast<std::int64_t>(latitudes / row_step_ + 1e-6);
  // Half way around the Earth at most, so that no pixel comes twice.
  const auto across = static_cast<std::int64_t>(longitudes / column_step_ + 1e-6);
  const std::int64_t left = std::min(across, periodic_ ? width / 2 : width);
  const std::int64_t right = std::min(across, periodic_ ? (width - 1) / 2 : width);
  const std::int64_t last = std::min(grid_.height() - 1, centre / width + up);
  for (std::int64_t row = std::max<std::int64_t>(0, centre / width - up); row <= last; ++row) {
    for (std::int64_t column = here - left; column <= here + right; ++column) {
      if (column >= 0 && column < width)
        visit(row * width + column);
      else if (periodic_)
        visit(row * width + (column + width) % width);
    }
  }
}

template <class Visit>
void SphereVicinity::disc(std::int64_t centre, double degrees, const Visit& visit) const {
  box(centre, degrees, reach(centre, degrees), [&](std::int64_t pixel) {
    if (const double away = distance(centre, pixel); away <= degrees) visit(pixel, away);
  });
}

}  // namespace stormsweep
