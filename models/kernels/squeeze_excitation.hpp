#pragma once

#include <torch/nn/modules/linear.h>

namespace stormsweep {

/// Squeeze and excitation (Hu et al. 2018): each channel of a sample of `map` [n, c, h, w] times the share that a small
/// network makes of all channels' means, sigmoid(excite(ReLU(squeeze(means)))); [n, c, h, w] as `map` is. The network
/// computes in the type of its weights. On processors, for channels-last maps of float32 or bfloat16, two passes over
/// the map and two in the backward pass, where LibTorch's operations take twice as many. Differentiable once.
torch::Tensor squeeze_and_excite(const torch::Tensor& map, torch::nn::Linear& squeeze, torch::nn::Linear& excite);

}  // namespace stormsweep
