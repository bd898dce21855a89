#pragma once

#include <torch/types.h>

namespace stormsweep {

/// The transposed 3x3 convolution of stride 2, channels last: pixel i is spread over pixels 2 i, 2 i + 1, 2 i + 2, but
/// not beyond the edge; `periodic` wraps the last column's to the first. One product of matrices for all nine taps,
/// then sums of their maps. `map` [n, in, height, width], `weight` [in, out, 3, 3], `bias` [out]; returns
/// [n, out, 2 height, 2 width]. Differentiable once.
torch::Tensor spread_convolution(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                 bool periodic);

/// The same by LibTorch's transposed convolution, as it is done on GPUs.
torch::Tensor spread_by_library(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                bool periodic);

}  // namespace stormsweep
