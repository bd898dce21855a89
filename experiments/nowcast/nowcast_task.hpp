#pragma once

#include <memory>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Precipitation nowcasting: a NowcastNetwork on radar sequences. Each rank of a gang trains on its share of the
/// training file and validates on its own draw of `validation_share` of the validation file, or of the test file where
/// there is none (Samsi et al. 2019, section IV); the test split is divided between the ranks. All losses and scores
/// look at the centre 48 x 48 pixels. experiment.json says what the hyperparameters mean.
std::unique_ptr<Task> make_nowcast_task(const Experiment& experiment, const Configuration& configuration,
                                        const TaskContext& context);

}  // namespace stormsweep
