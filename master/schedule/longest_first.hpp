#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "master/schedule/cost_model.hpp"
#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Hands out the trainings of a source, those expected to take longest first, so that no long one starts when the
/// others are through (Graham 1969: list scheduling in this order ends within 4/3 of the optimum).
///
/// Only a window of trainings is looked over, so memory stays flat whatever the grid; in grid order until the cost
/// model is ready, and among trainings whose expected times differ by less than a tenth or by less than the model's
/// noise. A training's cost is that of its last milestone. The order changes no result, only when it is there.
class LongestFirst {
 public:
  using Source = std::function<std::optional<Training>()>;

  /// The source gives nothing once it is exhausted, and for ever after.
  LongestFirst(const Experiment& experiment, Source source, std::size_t window = 4096);

  /// A complete trial of an earlier run: its configuration and wall seconds.
  void learn(const Configuration& configuration, double wall_seconds) { model_.add(configuration, wall_seconds); }
  /// A complete trial, number `milestone` of `training`.
  void learn(const Training& training, std::size_t milestone, double wall_seconds);

  /// Expected wall seconds of a training; nothing until enough is known.
  std::optional<double> expected(const Training& training) const { return model_.seconds(training.configuration); }

  /// How often what is expected has changed.
  std::uint64_t fits() const { return model_.fits(); }

  /// The next training to start.
  std::optional<Training> next();

 private:
  /// Expected times in logarithmic steps; longest first.
  using Steps = std::map<std::int64_t, std::deque<Training>, std::greater<>>;

  void put(Training training);
  void arrange_anew();

  const Experiment& experiment_;
  Source source_;
  std::size_t window_;
  CostModel model_;
  std::uint64_t arranged_for_ = 0;          ///< CostModel::fits of the steps
  Steps steps_;                             ///< none is empty; each in grid order
  std::size_t trainings_ = 0, trials_ = 0;  ///< in the window
};

}  // namespace stormsweep
