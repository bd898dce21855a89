#pragma once

#include <torch/nn/modules/batchnorm.h>

namespace stormsweep {

/// ReLU(norm(map)), [n, c, h, w] as `map` is: on processors in two passes over a channels-last map, and two in the
/// backward pass; LibTorch's layers take more. In training the norm's running means and variances are updated. The same
/// bits for any number of threads. Differentiable once.
torch::Tensor rectified_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& map);

}  // namespace stormsweep
