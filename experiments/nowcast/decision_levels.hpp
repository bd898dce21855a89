#pragma once

#include <array>
#include <cstddef>
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

/// The levels as rates, mm/h.
using RainRates = std::array<std::array<double, rain_thresholds.size()>, nowcast_targets>;
inline RainRates rates_of(const RainLevels& levels) {
  RainRates rates{};
  for (std::size_t l = 0; l < rates.size(); ++l)
    for (std::size_t t = 0; t < rain_thresholds.size(); ++t)
      rates[l][t] = rain_thresholds[t] * DecisionScores::share(levels[l][t]);
  return rates;
}

/// Of a network and of what it is compared to, each as suits it best.
struct DecisionLevels {
  RainLevels network = at_thresholds(), extrapolation = at_thresholds(), blurred = at_thresholds();
};

}  // namespace stormsweep
