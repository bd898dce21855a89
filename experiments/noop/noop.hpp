#pragma once

#include <functional>
#include <optional>

#include "experiments/task/task.hpp"
#include "search/space/configuration.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// One trial of the noop experiment: sleeps, then ends as its configuration says. `abort` does not return (in a gang,
/// the leader's). The score is a number in [0, 1) drawn from (the search's seed, index, replicate), which moves towards
/// another one as epochs grow. Nothing if `stopped` turned true while it slept. The ranks of a gang meet before and
/// after their sleep, as those that train do at each step.
std::optional<Outcome> run_noop(const Experiment& experiment, const Configuration& configuration,
                                const TaskContext& context, const std::function<bool()>& stopped);

}  // namespace stormsweep
