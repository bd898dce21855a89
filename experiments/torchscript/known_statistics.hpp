#pragma once

#include "datasets/tensors/tensor_set.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// The statistics of the training split, from a file in the cache, which the first worker that asks makes. Throws what
/// made_once throws (experiments/task/made_once.hpp).
TensorStatistics known_statistics(const TensorSet& train, const TaskContext& context);

/// Makes that file from known `statistics`.
void keep_statistics(const TensorStatistics& statistics, const TaskContext& context);

}  // namespace stormsweep
