#pragma once

#include <torch/nn/module.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Makes the running statistics of batch norm, of which each rank of a gang has kept its own samples', the mean of the
/// ranks'. All ranks call it, once an epoch, before they evaluate.
void average_running_statistics(torch::nn::Module& network, Gang& gang);

}  // namespace stormsweep
