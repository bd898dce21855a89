#pragma once

#include <memory>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Tornado prediction: TornadoCnn on standardised storm patches, binary cross-entropy, the metrics that forecasters
/// use. experiment.json says what its hyperparameters mean.
std::unique_ptr<Task> make_tornado_task(const Experiment& experiment, const Configuration& configuration,
                                        const TaskContext& context);

}  // namespace stormsweep
