#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "models/kernels/map_convolution.hpp"
#include "models/segmentation_network.hpp"

namespace stormsweep {

/// What Tiramisu and DeepLabv3+ share: it builds their layers, counts them, and scales their published sizes.
class LayeredNetwork : public SegmentationNetwork {
 public:
  std::vector<LayerFlops> forward_flops(std::int64_t height, std::int64_t width) const final;

 protected:
  using Layer = std::shared_ptr<MapConvolution>;

  LayeredNetwork(const SegmentationNetworkOptions& options, std::uint64_t seed);

  /// `divisor`: the network's input sides over those of the map at whose pixels the weights are applied (the layer's
  /// output; its input, where transposed); `one_pixel`: that map is a mean.
  Layer add(const std::string& name, ConvolutionSizes sizes, std::int64_t divisor);
  static constexpr std::int64_t one_pixel = 0;

  /// Of published channels, of published layers of a block.
  std::int64_t channels(std::int64_t published) const;
  std::int64_t layers(std::int64_t published) const;

  /// `input`, channels last. Throws std::invalid_argument where a side is no multiple of `side_step()`.
  torch::Tensor checked(const torch::Tensor& input) const;

  SegmentationNetworkOptions options_;

 private:
  struct Counted {
    Layer layer;
    std::int64_t divisor;
  };
  at::Generator generator_;
  std::vector<Counted> counted_;
};

}  // namespace stormsweep
