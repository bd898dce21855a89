#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/weather_grid.hpp"

namespace stormsweep {

/// Pixels that hang together on the sphere; numbers are row * width + column.
struct SphereRegion {
  std::vector<std::int64_t> pixels;  ///< ascending
  double area = 0;                   ///< km2
  double length =
      0;  ///< km, great circle between the opposite corners of its bounding box, which may cross the last column
  double extent = 0;  ///< km from its southernmost to its northernmost row, one row counted as its own height
};

enum class Neighbours { four, eight };

/// Connected regions of the pixels of `mask` [height, width] that are not 0; columns are neighbours across the edge
/// where the grid is periodic. In the order of their first pixels.
std::vector<SphereRegion> sphere_regions(const WeatherGrid& grid, std::span<const std::uint8_t> mask,
                                         Neighbours neighbours);

}  // namespace stormsweep
