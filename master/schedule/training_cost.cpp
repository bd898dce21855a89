#include "master/schedule/training_cost.hpp"

#include <algorithm>

namespace stormsweep {

TrainingCost::TrainingCost(const Experiment& experiment, const StatedCost& stated)
    : experiment_(experiment),
      model_(experiment),
      per_unit_(stated.epoch_seconds ? stated.epoch_seconds : stated.trial_seconds) {}

double TrainingCost::seconds(const Training& training, std::int64_t done) const {
  const std::int64_t last = training.milestones.empty() ? 1 : training.milestones.back();
  if (!timed()) return per_unit_.value_or(1) * static_cast<double>(last - done);
  Configuration configuration = training.configuration;
  const auto to = [&](std::int64_t epochs) {
    if (experiment_.milestone) configuration.values[*experiment_.milestone] = epochs;
    return *model_.seconds(configuration);
  };
  return done == 0 ? to(last) : std::max(0.0, to(last) - to(done));
}

}  // namespace stormsweep
