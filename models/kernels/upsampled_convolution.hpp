#pragma once

#include <torch/types.h>

#include <cstdint>

namespace stormsweep {

/// Valid convolution, without bias, of images upsampled by 2 (nearest), less the outermost `margin` pixels: the images
/// are `coarse` [n, in, h, w], `weight` is [out, in, k, k], k 3 or 7; the result [n, out, 2 h - k + 1 - 2 margin, ...].
/// Upsampled pixels repeat, so that taps of the kernel add up: at k = 7 it takes 16 instead of 49 multiplications, at
/// k = 3 4 instead of 9. Computes in the type of `coarse`.
torch::Tensor convolve_upsampled(const torch::Tensor& coarse, const torch::Tensor& weight, std::int64_t margin);

/// `images` [n, c, h, w] without their outermost `margin` pixels.
torch::Tensor without_margin(const torch::Tensor& images, std::int64_t margin);

}  // namespace stormsweep
