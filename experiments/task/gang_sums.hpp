#pragma once

#include <torch/types.h>

#include "experiments/task/gang.hpp"

namespace stormsweep {

/// Adds float64 `sums` over the gang, as float64 adds: counts below 2^53 stay exact, and one rank's sums are as they
/// were. Every rank gets the same bits. All ranks call it.
void sum_over(Gang& gang, torch::Tensor& sums);

}  // namespace stormsweep
