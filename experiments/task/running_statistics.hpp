#pragma once

#include <torch/nn/module.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Gives all ranks of a gang the leader's running statistics of batch norm, which each has kept of its own samples
/// (what PyTorch's DistributedDataParallel does). The leader's, not their mean: a checkpoint, which the leader writes
/// at any step, has then all that an evaluation depends on. All ranks call it, once an epoch, before they evaluate.
void share_running_statistics(torch::nn::Module& network, Gang& gang);

}  // namespace stormsweep
