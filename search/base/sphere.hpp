#pragma once

#include <numbers>

namespace stormsweep {

// The Earth as a sphere.

inline constexpr double degree = std::numbers::pi / 180;  ///< radians
inline constexpr double earth_radius = 6371;              ///< km, mean

/// Kilometres along the great circle between two points, degrees.
double great_circle(double latitude, double longitude, double other_latitude, double other_longitude);

}  // namespace stormsweep
