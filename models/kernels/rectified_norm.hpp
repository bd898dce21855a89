#pragma once

#include <torch/nn/modules/batchnorm.h>

namespace stormsweep {

/// ReLU(norm(map)), [n, c, h, w] as `map` is: on processors in two passes over a map that lies channels last, and as
/// many on the way back, of which LibTorch's layers take more. In training the norm's running means and
/// variances move on. The same bits for any number of threads. Differentiable once.
torch::Tensor rectified_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& map);

}  // namespace stormsweep
