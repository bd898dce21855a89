#pragma once

#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// A convolution of bfloat16 maps by a processor's instructions for such numbers: see
/// models/kernels/bfloat16_kernels.hpp. Sums are float32, and so are the gradients of weights.
struct Bfloat16Convolution {
  double negative_slope = 1;  ///< the activation: what is negative is multiplied by it

  /// Is it made for these, and faster? Bfloat16 maps on a processor that has such instructions, square kernels, and
  /// weights that stay in a cache.
  bool takes(const torch::Tensor& map, const torch::Tensor& weight) const;
  /// [n, out, h - kernel + 1, w - kernel + 1] of `map` [n, in, h, w], both bfloat16, channels last; `weight` [out, in,
  /// kernel, kernel] and `bias` [out], which may be undefined, are of any type; weights are rounded to bfloat16, the
  /// bias is not. `start`, of the result's size, is added before the activation if it is defined. With a bias [m, out]
  /// the result is [n m, out, ...], m for each sample, whose map then gets no gradient. Differentiable once. The same
  /// bits for any number of threads.
  torch::Tensor operator()(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                           const torch::Tensor& start = {}) const;
};

}  // namespace stormsweep
