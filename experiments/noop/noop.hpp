#pragma once

#include <optional>

#include "experiments/run.hpp"

namespace stormsweep {

/// A training of the noop experiment, which sleeps, whatever its epochs; its trials then end as the configuration says.
/// `abort` does not return (in a gang, the leader's). The score is a number in [0, 1) drawn from (the search's seed,
/// index, replicate), which moves towards another one as epochs grow. The ranks of a gang meet before and after their
/// sleep, as those that train do at each step.
std::optional<Outcome> run_noop(const Experiment& experiment, const Training& training, const RunContext& context,
                                const RunEvents& events);

}  // namespace stormsweep
