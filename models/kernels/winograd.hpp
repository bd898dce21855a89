#pragma once

#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// A convolution in fewer products than taps: see models/kernels/winograd_kernels.hpp.
/// Rounding errors are some 10 times those of plain float32 convolution, relative 1e-6.
struct WinogradConvolution {
  std::int64_t dilation = 1;
  bool periodic = false;  ///< columns; else zeros, as above and below
  bool valid = false;     ///< computes the pixels alone whose taps all lie on the map; else the result has its sides
  double negative_slope = 1;  ///< the activation: what is negative is multiplied by it

  /// Is it made for these, and faster? Float32, 3x3 or 5x5, on a processor with vector units for it, a map that
  /// fills its tiles, and not too few channels to make.
  bool takes(const torch::Tensor& map, const torch::Tensor& weight) const;
  /// [n, out, height, width], or, valid, as many less (kernel - 1) dilation, channels last, of `map` [n, in, height,
  /// width] and `weight` [out, in, kernel, kernel]; `start`, of the result's size, is added before the activation if it
  /// is defined; `bias` [out] may be undefined. Differentiable once. The same bits for any number of threads.
  torch::Tensor operator()(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                           const torch::Tensor& start = {}) const;

  /// Its parts, not differentiable. Maps may be some channels of a wider one.
  torch::Tensor forward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias) const;
  /// Adds the gradient of the map to `map_slope`, channels last.
  void add_map_slope(const torch::Tensor& slope, const torch::Tensor& weight, torch::Tensor map_slope) const;
  torch::Tensor weight_slope(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& slope) const;
};

}  // namespace stormsweep
