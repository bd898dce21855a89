#pragma once

#include <torch/nn/module.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Gives all ranks of a gang the leader's running statistics of batch norm, which each has kept of its own samples
/// (what PyTorch's DistributedDataParallel does). The leader's, not their mean: a checkpoint, which the leader writes
/// at any step, has then all that an evaluation depends on.
class RunningStatistics {
 public:
  /// An epoch of training begins.
  void change() { shared_ = false; }
  /// All ranks call it before they evaluate; it works once an epoch.
  void share(torch::nn::Module& network, Gang& gang);

 private:
  bool shared_ = false;
};

}  // namespace stormsweep
