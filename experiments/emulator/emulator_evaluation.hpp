#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/emulator_choice.hpp"
#include "experiments/emulator/emulator_months.hpp"
#include "experiments/emulator/pattern_scaling.hpp"
#include "models/emulator_scores.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// A split on which networks are judged, and how well pattern scaling and climatology do there. All is in K and mm/day;
/// rain below 0 is taken as 0, whoever forecast it. Maps are compared some years at a time: those of a run of a
/// thousand years take gigabytes.
class EmulatorEvaluation {
 public:
  /// `set` outlives it. `months_at_once`: how many months of a run are compared at a time; means over a run depend on
  /// it by rounding.
  EmulatorEvaluation(const ClimateSet& set, const EmulatorChoice& choice, const PatternScaling& baselines,
                     std::size_t months_at_once = 120);

  const EmulatorMonths& months() const { return months_; }
  const EmulatorScores& pattern(std::size_t target) const { return targets_[target].pattern; }
  const EmulatorScores& climatology(std::size_t target) const { return targets_[target].climatology; }

  /// The scores of `maps`, which `emulate` made for `months().asked`: <split>_loss, and for each target
  /// <split>_<target>_ monthly_rmse, _time_mean_rmse, _time_stddev_mae and _pattern_skill; with `details` the scores of
  /// the baselines and the profiles of experiment.json, too.
  Metrics judge(const torch::Tensor& maps, const std::string& split, bool details) const;

 private:
  struct Target {
    std::string name;
    float mean, deviation;
    EmulatorScores pattern, climatology;
  };
  /// Windows `first` to `end` (not included), all of one run.
  struct Part {
    std::size_t first, end;
    bool ends_run;
  };
  void divide(std::size_t months_at_once);
  /// The targets of windows `first` to `end`: [windows, targets, height, width], standardised.
  torch::Tensor truth(std::size_t first, std::size_t end) const;
  /// The same windows of a network's `maps`.
  torch::Tensor forecast(const torch::Tensor& maps, std::size_t first, std::size_t end) const;
  double mean_loss(const torch::Tensor& maps) const;
  /// The scores of each target.
  std::vector<EmulatorScores> scores(const torch::Tensor& maps) const;
  /// Adds a part to the scores of target t: `maps` and `truth` [windows of the part, height, width] float64, in its
  /// unit.
  void add(EmulatorScores& scores, std::size_t t, const Part& part, const torch::Tensor& maps,
           const torch::Tensor& truth) const;
  /// Target t of `standardised` [windows, targets, height, width], in its unit.
  torch::Tensor physical(std::size_t t, const torch::Tensor& standardised) const;

  const ClimateSet& set_;
  EmulatorLoss loss_;
  std::vector<double> latitudes_;
  EmulatorMonths months_;
  torch::Tensor place_;               ///< EmulatorMonths::place
  std::vector<std::int64_t> places_;  ///< of the targets among those of the data
  std::vector<int> months_of_year_;   ///< of the windows
  std::vector<Part> parts_;           ///< of the windows
  std::vector<Target> targets_;
};

}  // namespace stormsweep
