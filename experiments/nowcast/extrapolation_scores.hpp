#pragma once

#include <cstdint>
#include <span>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "models/forecast_scores.hpp"

namespace stormsweep {

/// Scores that nobody has added to, of all lead times at rain_thresholds.
ForecastScores no_nowcast_scores();

/// How well the last image of each patch, carried along the motion between the last two (datasets/nowcast/
/// extrapolation.hpp), forecasts its centre 48 x 48 pixels: what every network has to beat. What comes from outside of
/// the patch is dry. On up to `threads` threads.
ForecastScores score_extrapolation(const NowcastPatches& patches, std::span<const std::int64_t> own, int threads);

}  // namespace stormsweep
