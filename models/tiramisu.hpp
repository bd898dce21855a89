#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/layered_network.hpp"

namespace stormsweep {

/// The fully convolutional DenseNet of Kurth et al. 2018, section V-B5: 7,504,835 parameters in 35 layers.
///
/// A first convolution 16 -> 64. Dense blocks of 2, 2, 2, 4, 5 layers on the way down, 4, 2, 2, 2 on the way up: each
/// layer is a 5x5 convolution of all maps so far in its block to 32 more. Down: 1x1, stride 2. Up: a transposed 3x3
/// convolution of the maps that the block added, beside those of the way down. 1x1 to the classes. Behind all but the
/// transposed and the last: batch norm if asked for, ReLU, dropout. The published count of 7.8 M has a fifth
/// transition down that nothing uses; ours does not.
class Tiramisu final : public LayeredNetwork {
 public:
  Tiramisu(const SegmentationNetworkOptions& options, std::uint64_t seed);
  torch::Tensor forward(const torch::Tensor& input) override;
  std::int64_t side_step() const override { return 16; }

 private:
  using Block = std::vector<Layer>;

  Block add_block(const std::string& name, std::int64_t in, std::int64_t count, std::int64_t divisor);
  torch::Tensor activated(const Layer& layer, const torch::Tensor& map);
  torch::Tensor dense(const Block& block, torch::Tensor map);

  Layer first_, last_;
  std::array<Block, 5> down_blocks_;
  std::array<Block, 4> up_blocks_;
  std::array<Layer, 4> down_, up_;
};

}  // namespace stormsweep
