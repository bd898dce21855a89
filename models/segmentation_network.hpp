#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "models/kernels/map_convolution.hpp"

namespace stormsweep {

/// Of Tiramisu and DeepLabv3+; the published networks are the defaults.
struct SegmentationNetworkOptions {
  std::int64_t channels = 16, classes = 3;  ///< of the input, of the output
  double width = 1;                         ///< share of the published channels; each count is rounded, and at least 1
  double depth = 1;                         ///< share of the published layers of each block, rounded, at least 1 each
  bool batch_norm = false;                  ///< the published DeepLabv3+ has it, the published Tiramisu has not
  double dropout = 0.2;                     ///< behind each convolution of Tiramisu; DeepLabv3+ has none
  Longitude longitude = Longitude::open;
  torch::ScalarType convolution_type = torch::kFloat32;  ///< arithmetic of the convolutions; weights stay float32
};

/// FLOP of one kind of layer, one multiply-add counted as 2.
struct LayerFlops {
  std::string kind;  ///< conv7x7, conv5x5, conv3x3, conv1x1, atrous3x3 or transposed3x3
  std::int64_t forward = 0;
  bool operator==(const LayerFlops&) const = default;
};

/// A network from weather to classes, pixel by pixel (Kurth et al. 2018, section III).
class SegmentationNetwork : public torch::nn::Module {
 public:
  /// `input` [n, channels, height, width], height and width multiples of `side_step()`; returns logits [n, classes,
  /// height, width] float32. Draws dropout from the default generator while training.
  virtual torch::Tensor forward(const torch::Tensor& input) = 0;
  /// Of one forward pass of one sample, convolutions only, by kind of layer; training costs three times as much.
  virtual std::vector<LayerFlops> forward_flops(std::int64_t height, std::int64_t width) const = 0;
  /// Height and width must be multiples of it.
  virtual std::int64_t side_step() const = 0;
};

}  // namespace stormsweep
