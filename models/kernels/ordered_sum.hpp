#pragma once

#include <torch/types.h>

namespace stormsweep {

/// [m, n] of `parts` [m, k, n], contiguous float32: sums over k in its order, the same bits for any number of threads.
/// The bits of LibTorch's own sums depend on that number where its vectors are wider than its blocks of columns.
torch::Tensor ordered_sum(const torch::Tensor& parts);

}  // namespace stormsweep
