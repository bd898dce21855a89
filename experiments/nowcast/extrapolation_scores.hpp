#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/forecast_scores.hpp"
#include "models/reliability.hpp"

namespace stormsweep {

/// Scores that nobody has added to: of all lead times at rain_thresholds and rain_scales, and of the classes of amounts
/// between rain_thresholds.
ForecastScores no_nowcast_scores(const NowcastMeta& meta);
Reliability no_nowcast_reliability();

/// How well the last image of each patch, carried along the motion between the last two (datasets/nowcast/
/// patch_extrapolation.hpp), forecasts its centre 48 x 48 pixels, as it is and smoothed as the training split taught
/// (blurred_extrapolation.hpp): what every network has to beat.
struct ExtrapolationScores {
  ForecastScores plain, blurred;
  Reliability reliability;  ///< of the plain one
};

/// Of the patches that `own` names, on up to `threads` threads, which tell `begin` before each how many were begun.
ExtrapolationScores score_extrapolation(const NowcastPatches& patches, std::span<const std::int64_t> own, int threads,
                                        const std::function<void(std::int64_t)>& begin);

}  // namespace stormsweep
