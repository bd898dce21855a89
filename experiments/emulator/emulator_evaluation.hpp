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

/// A split on which networks are judged: its truth, and how well pattern scaling and climatology do there. All is in K
/// and mm/day; rain below 0 is taken as 0, whoever forecast it.
class EmulatorEvaluation {
 public:
  EmulatorEvaluation(const ClimateSet& set, const EmulatorChoice& choice, const PatternScaling& baselines);

  const EmulatorMonths& months() const { return months_; }
  const EmulatorScores& pattern(std::size_t target) const { return targets_[target].pattern; }
  const EmulatorScores& climatology(std::size_t target) const { return targets_[target].climatology; }

  /// Of `maps`, as `emulate` makes them of `months().asked`. <split>_loss, and for each target <split>_<target>_
  /// monthly_rmse, _time_mean_rmse, _time_stddev_mae and _pattern_skill; with `details` the scores of the baselines and
  /// the profiles of experiment.json, too.
  Metrics judge(const torch::Tensor& maps, const std::string& split, bool details) const;

 private:
  struct Target {
    std::string name;
    float mean, deviation;
    EmulatorScores pattern, climatology;
  };
  /// Windows `first` to `end`.
  struct Run {
    std::size_t first, end;
  };
  double mean_loss(const torch::Tensor& maps) const;
  /// Of target t, in its unit: `maps` [months of the run, height, width] float64.
  void add(EmulatorScores& scores, std::size_t t, const Run& run, const torch::Tensor& maps) const;
  /// Of target t in `standardised` [windows, targets, height, width], the run's part.
  torch::Tensor physical(std::size_t t, const Run& run, const torch::Tensor& standardised) const;

  EmulatorLoss loss_;
  std::vector<double> latitudes_;
  EmulatorMonths months_;
  torch::Tensor place_;              ///< EmulatorMonths::place
  torch::Tensor truth_;              ///< [windows, targets, height, width], standardised
  std::vector<int> months_of_year_;  ///< of the windows
  std::vector<Run> runs_;
  std::vector<Target> targets_;
};

}  // namespace stormsweep
