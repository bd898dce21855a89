#pragma once

#include <memory>

#include "experiments/task/task.hpp"

namespace stormsweep {

/// A user's TorchScript network on the user's own HDF5 files. A step's batch is batch_size times the ranks of the gang,
/// which divide it between them, so that k ranks do what one does with k times the batch size. The network, or batch
/// norm in it, may look at all samples of a rank's batch, so it is trained on whole, never in micro-batches unless
/// memory runs out and `--on-oom` asks for them. All ranks begin a step, and an evaluation, with the leader's buffers,
/// as in PyTorch's DistributedDataParallel. Without a validation file the test samples validate.
std::unique_ptr<Task> make_script_task(const Experiment& experiment, const Configuration& configuration,
                                       const TaskContext& context);

}  // namespace stormsweep
