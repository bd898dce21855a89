#pragma once

#include <array>
#include <cstdint>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/decision_scores.hpp"
#include "models/forecast_scores.hpp"

namespace stormsweep {

/// At which level (a number of DecisionScores) each of rain_thresholds is decided, of each lead time.
using RainLevels = std::array<std::array<std::int64_t, rain_thresholds.size()>, nowcast_targets>;

/// The thresholds themselves.
constexpr RainLevels at_thresholds() {
  RainLevels levels{};
  for (auto& of_lead : levels) of_lead.fill(DecisionScores::at_threshold);
  return levels;
}

/// Of a network and of what it is compared to, each as suits it best.
struct DecisionLevels {
  RainLevels network = at_thresholds(), extrapolation = at_thresholds(), blurred = at_thresholds();
};

}  // namespace stormsweep
