#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "datasets/nowcast/extrapolations.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/nowcast/decision_levels.hpp"
#include "experiments/nowcast/extrapolation_scores.hpp"
#include "experiments/task/gang.hpp"
#include "models/nowcast_loss.hpp"
#include "models/nowcast_network.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// How well a network, and beside it persistence (the last input image repeated), forecast patches of one split: on
/// their centre 48 x 48 pixels, in physical units, forecasts below 0 taken as 0.
class NowcastEvaluation {
 public:
  /// `extrapolations`: of the patches, for a network that takes them, or null. `own`: this rank's patches, each counted
  /// as often as it is named; `begin` is given, before each batch, how many are done. All ranks of the gang call this,
  /// and get the scores over the patches of all. Draws no random numbers. `background` threads make batches ahead.
  NowcastEvaluation(NowcastNetwork& network, const NowcastPatches& patches, const Extrapolations* extrapolations,
                    std::span<const std::int64_t> own, const PixelStatistics& statistics, const RainWeights& weights,
                    int background, const torch::Device& device, Gang& gang,
                    const std::function<void(std::int64_t)>& begin);

  /// The levels at which the network, and the extrapolations of the patches, best tell where thresholds are reached.
  DecisionLevels levels(const ExtrapolationScores& extrapolation) const;

  /// Puts the scores of the extrapolation of the patches beside the network's, all of them decided at `levels`, too.
  void compare_with(const ExtrapolationScores& extrapolation, const DecisionLevels& levels);

  /// <split>_loss, <split>_mse and <split>_skill = 1 - MSE / MSE of persistence, over all lead times; if compared, the
  /// MSE of extrapolation and the skill over it, and the same for blurred extrapolation.
  Metrics summary(const std::string& split) const;
  /// Once compared: the profile lead_time of experiment.json, which lists the lead times of steps of 5, 10, 12 and 15
  /// min; none of a lead time that is no whole number of minutes. Scores at thresholds are NaN for what is not a rain
  /// rate.
  Metrics by_lead_time() const;
  /// Once compared: the profile rain_class of experiment.json. NaN for what is not a rain rate.
  Metrics by_rain_class() const;

 private:
  /// Calls `add` with the scores of lead time l at threshold t.
  void add_threshold(std::int64_t l, std::size_t t, const std::function<void(const std::string&, double)>& add) const;

  std::int64_t step_seconds_;
  double loss_;
  bool rain_rate_;
  ForecastScores model_, persistence_;
  DecisionScores decisions_;  ///< of the network
  Reliability reliability_;
  std::optional<ExtrapolationScores> extrapolation_;
  DecisionLevels levels_;
};

}  // namespace stormsweep
