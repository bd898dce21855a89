#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "models/emulator_options.hpp"

namespace stormsweep {

/// The CNN-GRU of Jacob et al. 2025: from the forcings of a window of months to the maps of the month behind it. A
/// branch for each target, with nothing in common: each month through EmulatorEncoder, the months through
/// RecurrentLayers, layer norm of the last state, then dense to 1024, layer norm, ReLU, dropout, dense to the pixels.
/// 352,878,672 parameters at 48 x 72 with the published sizes, 182,810,024 with `init_dim` 16, 97,824,852 with 8.
///
/// Without recurrence (EmulatorMemory::none) each month goes through one dense layer, the same for all, ReLU and layer
/// norm, and the months are concatenated before the dense layers: a mean would lose the season.
///
/// Batch norm takes its statistics over all months of all samples at once, so that splitting a batch into micro-batches
/// changes the training. The published biases right before it are kept, though their gradients are 0 but for rounding.
class EmulatorNetwork : public torch::nn::Module {
 public:
  /// First weights from a generator of `seed` alone: He-uniform convolutions (MapConvolution), LibTorch's choice for
  /// the rest, 0 in the last layer of a residual; the paper does not say. Throws std::invalid_argument where a side is
  /// not even.
  EmulatorNetwork(const EmulatorOptions& options, std::uint64_t seed);
  ~EmulatorNetwork() override;

  /// [n, targets, height, width] float32 of `input` [n, window, channels, height, width], both standardised. Draws
  /// dropout from the default generator while training.
  torch::Tensor forward(const torch::Tensor& input);

  /// The same for windows that share months: each window takes those of `months` [m, channels, height, width] at its
  /// `places` [n, window] int64. Each month is encoded once, which is most of the work and saved where windows overlap.
  torch::Tensor forward(const torch::Tensor& months, const torch::Tensor& places);

  const EmulatorOptions& options() const { return options_; }
  /// FLOP of the forward pass of one window, one multiply-add counted as 2, convolutions and matrix products only:
  /// 16,214,097,920 with the published sizes.
  std::int64_t forward_flops() const;
  /// Of a network with these options, without building it.
  static std::int64_t parameter_count(const EmulatorOptions& options);

 private:
  class Branch;
  EmulatorOptions options_;
  std::vector<std::shared_ptr<Branch>> branches_;
};

}  // namespace stormsweep
