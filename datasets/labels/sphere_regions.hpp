#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// Degrees, from the outer edges of its pixels. `east` is beyond `west`, and beyond 360 or 180 where the box crosses
/// the grid's last column.
struct SphereBox {
  double south = 0, north = 0, west = 0, east = 0;
};

/// Connected pixels on the sphere; their numbers are row * width + column.
struct SphereRegion {
  std::vector<std::int64_t> pixels;  ///< ascending
  SphereBox box;                     ///< the narrowest one
  double area = 0;                   ///< km2
  double length = 0;                 ///< km, great circle between opposite corners of the box, as if 180 degrees wide
                                     ///< where it is wider: a ring around the Earth is long, though its ends meet
  double extent = 0;                 ///< km from the southern to the northern edge of the box
};

enum class Neighbours { four, eight };

/// Connected regions of the pixels of `mask` [height, width] that are not 0; columns are neighbours across the edge
/// where the grid is periodic. Nothing is connected across a pole. In the order of their first pixels.
std::vector<SphereRegion> sphere_regions(const WeatherGrid& grid, std::span<const std::uint8_t> mask,
                                         Neighbours neighbours);

}  // namespace stormsweep
