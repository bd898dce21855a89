#pragma once

#include <memory>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Climate emulation: EmulatorNetwork from a window of forcings to the maps of the month behind it (Jacob et al. 2025).
/// Each rank of a gang trains on its share of the windows of the training file, in batches of its own; held-out months
/// are divided between the ranks, and without a validation file those of test validate. experiment.json says what the
/// hyperparameters mean.
///
/// Dice, Hessian and batch norm look at all samples of a batch. So a rank's batch is trained on whole, never in
/// micro-batches unless memory runs out and `--on-oom` asks for it; a gang's loss is the mean of its ranks', and batch
/// norm's running statistics are the leader's.
std::unique_ptr<Task> make_emulator_task(const Experiment& experiment, const Configuration& configuration,
                                         const TaskContext& context);

}  // namespace stormsweep
