#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/task/gang.hpp"
#include "models/forecast_scores.hpp"
#include "models/nowcast_cnn.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// How well a network, and beside it persistence (the last input image repeated), forecast patches of one split: on
/// their centre 48 x 48 pixels, in physical units, forecasts below 0 taken as 0.
class NowcastEvaluation {
 public:
  /// `own`: this rank's patches, each counted as often as it is named. All ranks of the gang call this, and get the
  /// scores over the patches of all. Draws no random numbers.
  NowcastEvaluation(NowcastCnn& network, const NowcastPatches& patches, std::span<const std::int64_t> own,
                    const PixelStatistics& statistics, const torch::Device& device, Gang& gang);

  /// Puts the scores of the extrapolation of `own` (extrapolation_scores.hpp) beside the network's. All ranks call it.
  void compare_with(ForecastScores extrapolation, Gang& gang);

  /// <split>_loss, <split>_mse and <split>_skill = 1 - MSE / MSE of persistence, over all lead times; if compared,
  /// <split>_extrapolation_mse and <split>_extrapolation_skill.
  Metrics summary(const std::string& split) const;
  /// Once compared: the profile lead_time of experiment.json, which lists the lead times of steps of 10, 12 and 15 min.
  /// Scores at thresholds are NaN for what is not a rain rate.
  Metrics by_lead_time() const;

 private:
  std::int64_t step_minutes_;
  double loss_;
  bool rain_rate_;
  ForecastScores model_, persistence_;
  std::optional<ForecastScores> extrapolation_;
};

}  // namespace stormsweep
