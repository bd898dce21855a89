#pragma once

#include <array>
#include <cstdint>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/decision_scores.hpp"

namespace stormsweep {

/// Rain rates (mm/h) at which forecasts are judged as yes or no.
inline constexpr std::array<double, 4> rain_thresholds{0.5, 2, 5, 10};
/// Sides (km) of the squares in which forecasts may misplace rain, for the fractions skill score.
inline constexpr std::array<double, 2> rain_scales{4, 16};

/// For each lead time, the level (a number of DecisionScores) at which each of rain_thresholds is decided.
using RainLevels = std::array<std::array<std::int64_t, rain_thresholds.size()>, nowcast_targets>;

/// The thresholds themselves.
constexpr RainLevels at_thresholds() {
  RainLevels levels{};
  for (auto& of_lead : levels) of_lead.fill(DecisionScores::at_threshold);
  return levels;
}

/// The levels of a network and of what it is compared to: for each those that suit it best.
struct DecisionLevels {
  RainLevels network = at_thresholds(), extrapolation = at_thresholds(), blurred = at_thresholds();
};

}  // namespace stormsweep
