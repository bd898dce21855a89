#pragma once

#include <array>

namespace stormsweep {

/// A slab of land or sea that the Sun heats, and that radiation and winds cool by 6 W/m2/K. Its heat capacity makes its
/// summer late and mild.
struct SeasonSlab {
  double inertia = 0;  ///< 2 pi / year * heat capacity, W/m2/K
  /// K above the annual mean in each month, from each month's insolation in W/m2, half of it absorbed: two harmonics.
  std::array<double, 12> cycle(const std::array<double, 12>& insolation) const;
};
inline constexpr SeasonSlab land_slab{2}, sea_slab{25};  ///< as 2.4 m and 30 m of water

}  // namespace stormsweep
