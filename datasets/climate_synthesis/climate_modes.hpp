#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// Smooth patterns over the globe, like a month's weather: their sum has variance 1 in every cell.
class ClimateModes {
 public:
  /// The patterns of a world, which depend on nothing else.
  ClimateModes(const ClimateGrid& grid, std::uint64_t seed);

  static constexpr std::size_t count = 48;
  /// Adds to `field` [height, width] the patterns with these amplitudes.
  void add(std::span<const double, count> amplitudes, std::span<float> field) const;

 private:
  std::vector<float> patterns_;  ///< [count, cells]
};

}  // namespace stormsweep
