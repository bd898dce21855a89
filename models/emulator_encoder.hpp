#pragma once

#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <memory>
#include <string>

#include "models/emulator_options.hpp"
#include "models/kernels/map_convolution.hpp"

namespace stormsweep {

/// From a month's maps to its features, [n, 4 d height/2 width/2] of [n, channels, height, width]; d = `init_dim`. Four
/// 3x3 convolutions to d, 2d, 2d (stride 2) and 4d channels, each with bias, batch norm and ReLU; then each channel is
/// scaled by what a small network makes of all channels' means (squeeze and excitation: Hu et al. 2018), 4d -> d/4 ->
/// 4d. `unet` sees further: to 4d channels at a quarter of the sides, a convolution there, up again (nearest) and,
/// beside the maps at half, a convolution to 4d.
///
/// Features are in the order row, column, channel, as maps lie in memory; the published order differs, which only
/// permutes the columns of the matrix that follows.
class EmulatorEncoder : public torch::nn::Module {
 public:
  EmulatorEncoder(const EmulatorOptions& options, at::Generator& generator);

  torch::Tensor forward(const torch::Tensor& maps);
  std::int64_t features() const { return 4 * options_.init_dim * (options_.height / 2) * (options_.width / 2); }
  /// Of one month's maps, one multiply-add counted as 2; convolutions and matrix products.
  std::int64_t flops() const { return flops_; }

 private:
  using Layer = std::shared_ptr<MapConvolution>;
  Layer add(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t height, std::int64_t width,
            std::int64_t stride = 1);
  torch::Tensor deeper(const torch::Tensor& half);

  EmulatorOptions options_;
  at::Generator generator_;
  Layer first_, second_, halve_, last_;
  Layer quarter_, deep_;  ///< unet's
  torch::nn::Linear squeeze_{nullptr}, excite_{nullptr};
  std::int64_t flops_ = 0;
};

}  // namespace stormsweep
