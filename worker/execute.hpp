#pragma once

#include <functional>

#include "experiments/task.hpp"
#include "search/trainings.hpp"
#include "search/wire.hpp"

namespace stormsweep {

/// Trains one training and reports each of its trials as it ends. Whatever goes wrong becomes an outcome: exceptions
/// `failed`, exhausted memory `out_of_memory`, a loss that is not finite `diverged`. Only a training that `stopped`
/// interrupts reports nothing more.
void execute(const Experiment& experiment, const Training& training, const TaskContext& context,
             const std::function<bool()>& stopped, const std::function<void(wire::Finished)>& report);

}  // namespace stormsweep
