#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "models/kernels/winograd.hpp"

namespace stormsweep {

/// The layers of a block of Tiramisu in one, which each see all maps so far: no map is copied behind another, and no
/// two gradients of one map are kept.
struct DenseBlock {
  std::vector<torch::Tensor> weights, biases;  ///< [growth, channels so far, 5, 5] and [growth], layer by layer
  double dropout = 0;                          ///< share of the activations that become 0; 0 unless training
  WinogradConvolution convolution;

  /// [n, in + layers * growth, height, width], channels last: `map` and behind it the layers' activations.
  /// Differentiable once.
  torch::Tensor operator()(const torch::Tensor& map) const;
};

}  // namespace stormsweep
