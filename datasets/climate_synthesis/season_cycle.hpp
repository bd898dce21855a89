#pragma once

#include <array>

namespace stormsweep {

/// A slab of land or sea that the Sun heats, and that radiation and winds cool by 6 W/m2/K. What it has in heat makes
/// its summer late and mild.
struct SeasonSlab {
  double inertia = 0;  ///< 2 pi / year * heat capacity, W/m2/K
  /// K above its mean in each month, of the insolation of each, W/m2, half of which is absorbed: its first two waves.
  std::array<double, 12> cycle(const std::array<double, 12>& insolation) const;
};
inline constexpr SeasonSlab land_slab{2}, sea_slab{25};  ///< as 2.4 m and 30 m of water

}  // namespace stormsweep
