#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/task/gang.hpp"
#include "models/decision_scores.hpp"
#include "models/forecast_scores.hpp"
#include "models/reliability.hpp"

namespace stormsweep {

/// Empty scores for all lead times at rain_thresholds and rain_scales, and for the classes of amounts between
/// rain_thresholds. Scales that squares of whole pixels miss by more than a quarter have no score: NaN.
ForecastScores empty_nowcast_scores(const NowcastMeta& meta);
DecisionScores empty_nowcast_decisions();
Reliability empty_nowcast_reliability();

/// How well the last image of each patch, carried along the motion between the last two (datasets/nowcast/
/// patch_extrapolation.hpp), forecasts its centre 48 x 48 pixels, as it is and smoothed as the training split taught
/// (blurred_extrapolation.hpp): what every network has to beat.
struct ExtrapolationScores {
  ForecastScores plain, blurred;
  DecisionScores plain_decisions, blurred_decisions;
  Reliability reliability;  ///< of the plain one

  /// Adds up the scores of all ranks' patches. All ranks call it.
  void sum_over(Gang& gang);
};

/// The scores of the patches that `own` names, on up to `threads` threads, which give `begin`, before each patch, how
/// many were begun.
ExtrapolationScores score_extrapolation(const NowcastPatches& patches, std::span<const std::int64_t> own, int threads,
                                        const std::function<void(std::int64_t)>& begin);

/// A file, the fingerprint of the search's data, and the numbers of patches.
using ScoredPatches = std::tuple<std::filesystem::path, std::string, std::vector<std::int64_t>>;

/// What score_extrapolation made of the patches, where this process has kept it for its next trainings: no network
/// changes it. Tensors are shared: nobody adds to them.
std::optional<ExtrapolationScores> kept_scores(const ScoredPatches& patches);
void keep_scores(const ScoredPatches& patches, const ExtrapolationScores& scores);

}  // namespace stormsweep
