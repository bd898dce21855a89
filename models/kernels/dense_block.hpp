#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace stormsweep {

/// The layers of a Tiramisu block, each of which sees all maps so far, in one buffer: maps are not copied to be
/// concatenated, and each has a single gradient.
struct DenseBlock {
  std::vector<torch::Tensor> weights, biases;  ///< [growth, channels so far, 5, 5] and [growth], layer by layer
  double dropout = 0;                          ///< share of the activations that become 0; 0 unless training
  bool periodic = false;                       ///< columns; else zeros beyond, as above and below

  /// Is it made for these, and faster?
  bool takes(const torch::Tensor& map) const;
  /// [n, in + layers * growth, height, width]: `map` and behind it the layers' activations, in planes where the block
  /// is narrow, else channels last. Differentiable once.
  torch::Tensor operator()(const torch::Tensor& map) const;
};

}  // namespace stormsweep
