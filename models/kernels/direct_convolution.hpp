#pragma once

#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// A convolution with few output channels, its bias and activation in one: see models/kernels/direct_kernels.hpp. Maps
/// are planes, [n, channel, height, width] with pixels of a row side by side; views of larger ones are read where they
/// are.
struct DirectConvolution {
  std::int64_t padding = 0;   ///< pixels beyond all edges, at most (kernel - 1) / 2: zeros,
  bool periodic = false;      ///< or left and right those from around the globe: then exactly (kernel - 1) / 2
  double negative_slope = 1;  ///< the activation: what is negative is multiplied by it

  /// Is it made for maps of this width, and faster? Float32 on a processor with vector units for it, square kernels of
  /// 2 to 5 and 7 pixels, up to 16 output channels, and rows that are long enough.
  bool fits(const torch::Tensor& weight, std::int64_t width) const;
  /// And is this map one that it reads?
  bool takes(const torch::Tensor& map, const torch::Tensor& weight) const;
  /// [n, out, h + 2 padding - kernel + 1, w + ...] of `map` [n, in, h, w], `weight` [out, in, kernel, kernel] and
  /// `bias` [out], which may be undefined; `start`, of the result's size, is added before the activation if it is
  /// defined. With a bias [m, out] the result is [n m, out, ...], m for each sample, whose map then gets no gradient.
  /// Differentiable once. The same bits for any number of threads.
  torch::Tensor operator()(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                           const torch::Tensor& start = {}) const;

  /// Its parts, not differentiable. `result` is written.
  void forward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
               const torch::Tensor& start, const torch::Tensor& result) const;
  /// Gradients to be made from `slope`, that of `result` after the activation. Undefined ones are not made.
  struct Gradients {
    torch::Tensor map;    ///< written, or where `add`, added to
    torch::Tensor start;  ///< written
    bool add = false;
    torch::Tensor weight = {}, bias = {};  ///< made anew; the bias's is [results a sample, out]
  };
  /// `result`: with a negative_slope of 1 its numbers do not matter, and `slope` may stand for it.
  void backward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& result,
                const torch::Tensor& slope, Gradients& gradients) const;
};

}  // namespace stormsweep
