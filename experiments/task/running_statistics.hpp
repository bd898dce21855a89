#pragma once

#include <torch/nn/module.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Gives all ranks of a gang the leader's buffers, of any types, to the bit; all ranks call it.
void share_buffers(torch::nn::Module& network, Gang& gang);

/// Gives all ranks of a gang the leader's running statistics of batch norm, as PyTorch's DistributedDataParallel does;
/// each rank has kept those of its own samples. The leader's, not their mean, so that a checkpoint, which the leader
/// writes at any step, has all that an evaluation depends on.
class RunningStatistics {
 public:
  /// An epoch of training begins.
  void change() { shared_ = false; }
  /// All ranks call it before they evaluate; it acts once an epoch.
  void share(torch::nn::Module& network, Gang& gang);

 private:
  bool shared_ = false;
};

}  // namespace stormsweep
