#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/weather_grid.hpp"

namespace stormsweep {

/// How tropical cyclones are told (Kurth et al. 2018, after TECA's thresholds, Prabhat et al. 2015).
struct CycloneRule {
  double vorticity = 1.6e-4;   ///< 1/s at 850 hPa, cyclonic: its sign is that of the latitude
  double warm_core = 0.8;      ///< K, mean of 200 and 500 hPa above its surroundings
  double pressure_drop = 400;  ///< Pa at sea level, below its surroundings
  double percentile = 93;      ///< of each variable within the box
  double box = 6.6;            ///< degrees beyond the storm's radius: half the width of the box
};

/// What the rule looks at, each [height, width].
struct CycloneFields {
  std::span<const float> tmq, u850, v850, psl, t200, t500, prect;
};

/// Mask [height, width] of 1 where there is a tropical cyclone: a candidate by all three thresholds; in the box about
/// it the largest 8-connected region above the percentile of each of TMQ, wind and rain; of their union the largest
/// region.
std::vector<std::uint8_t> cyclone_labels(const WeatherGrid& grid, const CycloneFields& fields, const CycloneRule& rule);

}  // namespace stormsweep
