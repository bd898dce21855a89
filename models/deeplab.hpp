#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/layered_network.hpp"

namespace stormsweep {

/// DeepLabv3+ with the full-resolution decoder of Kurth et al. 2018, section V-B5: 43,718,883 parameters with batch
/// norm, 43,669,251 without, in 66 layers (projections of shortcuts not counted).
///
/// Encoder: ResNet-50 v2 (He et al. 2016) at 1/8 of the resolution: 7x7 of stride 2, max-pool, blocks of 3, 4, 6, 3
/// bottlenecks; stride 2 in the last of the first block, dilation 1, 2, 4 in the others. Atrous pyramid: 1x1, 3x3 at
/// rates 12, 24, 36 and the global mean, beside each other, then 1x1 to 256. Decoder: up by 2, beside the first block's
/// maps at 1/4; two 3x3; up by 2 twice, beside two 3x3 of the input itself; two 3x3, then 1x1 to the classes.
///
/// Batch norm is part of the published network. Its post-norm behind the encoder is unused, but counted: the gradients
/// of these two tensors stay 0. Without batch norm, first weights are halved where a norm is left out, as the published
/// code halves maps there; otherwise values would double in every bottleneck.
class Deeplab final : public LayeredNetwork {
 public:
  Deeplab(const SegmentationNetworkOptions& options, std::uint64_t seed);
  /// Throws std::invalid_argument for fewer than 2 samples while training with batch norm: the pyramid's global mean is
  /// one pixel a sample, and one number has no variance.
  torch::Tensor forward(const torch::Tensor& input) override;
  std::int64_t side_step() const override { return 8; }

 private:
  struct Bottleneck {
    torch::nn::BatchNorm2d norm{nullptr};
    Layer projection;  ///< of the shortcut; null where channels stay the same
    Layer reduce, middle, expand;
  };
  /// Maps behind the encoder, and those of the first block that the decoder wants.
  struct Encoded {
    torch::Tensor map, low_level;
  };

  void add_encoder();
  void add_pyramid(std::int64_t in);
  void add_decoder();
  Bottleneck add_bottleneck(const std::string& name, std::int64_t in, std::int64_t middle, std::int64_t stride,
                            std::int64_t dilation, std::int64_t divisor);
  torch::nn::BatchNorm2d add_norm(const std::string& name, std::int64_t size);
  ConvolutionSizes normalised(ConvolutionSizes sizes) const;

  Encoded encode(const torch::Tensor& input);
  torch::Tensor pyramid(const torch::Tensor& map);
  torch::Tensor decode(const Encoded& encoded, const torch::Tensor& input);

  torch::nn::BatchNorm2d post_norm_{nullptr};  ///< published, and used by nothing
  Layer root_, pool_mean_, fuse_, low_level_, last_;
  std::array<std::vector<Bottleneck>, 4> blocks_;
  std::vector<Layer> rates_;
  std::array<Layer, 3> up_;
  std::array<Layer, 2> coarse_, skip_, fine_;
};

}  // namespace stormsweep
