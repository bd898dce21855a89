#pragma once

#include <optional>

#include "experiments/run.hpp"

namespace stormsweep {

/// One training by the experiment's command: in a folder of its own, with its configuration as JSON; rows come as its
/// reports pass milestones. experiments/command/README.md says what the command is given and what it may report. In a
/// gang each rank starts a copy, and the leader's reports count.
std::optional<Outcome> run_command(const Experiment& experiment, const Training& training, const RunContext& context,
                                   const RunEvents& events);

}  // namespace stormsweep
