#pragma once

#include <cstdint>

#include "master/schedule/cost_model.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Seconds that trainings are expected to take, before a search runs: from timed trials, else as the space states.
class TrainingCost {
 public:
  TrainingCost(const Experiment& experiment, const StatedCost& stated);

  /// A complete trial that was timed.
  void learn(const Configuration& configuration, double wall_seconds) { model_.add(configuration, wall_seconds); }

  bool timed() const { return model_.ready(); }
  bool known() const { return timed() || per_unit_; }
  /// Seconds of `training` if it continues after its first `done` epochs. Where nothing is known an epoch, or a trial,
  /// takes one second, which is enough for shares of time.
  double seconds(const Training& training, std::int64_t done = 0) const;

 private:
  const Experiment& experiment_;
  CostModel model_;
  std::optional<double> per_unit_;  ///< stated seconds of an epoch, or of a trial without epochs
};

}  // namespace stormsweep
