#pragma once

#include <torch/types.h>

namespace stormsweep {

/// The pixels of even and odd rows and columns of `images` [n, c, h, w] as channels of their own, [n, 4 c, (h + 1) / 2,
/// (w + 1) / 2] in the order of pixel_unshuffle, zeros beyond odd sides: a convolution of stride 2 is one of stride 1
/// of these. Differentiable once.
torch::Tensor phases_of(const torch::Tensor& images);
/// [out, 4 in, (k + 1) / 2, ...]: the weights of that convolution of stride 1, from those of stride 2 [out, in, k, k].
torch::Tensor weight_of_phases(const torch::Tensor& weight);

/// Either of them, where channels come last: the phases one behind the other, each with all its channels.
torch::Tensor phases_of_last(const torch::Tensor& images);

}  // namespace stormsweep
