#pragma once

#include <torch/types.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Adds `sums` over the gang in float64: counts below 2^53 stay exact, and a rank alone keeps its sums. Every rank gets
/// the same bits. All ranks call it.
void sum_over(Gang& gang, torch::Tensor& sums);

}  // namespace stormsweep
