#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/emulator_options.hpp"

namespace stormsweep {

/// Recurrent layers over a window of months, gated or long short-term (models/kernels/recurrence.hpp), of
/// `options.layers` and `options.hidden`; dropout between them. All months go through an input matrix in one product:
/// the first layer's holds most of the emulator's weights and work, and treats each month by itself.
class RecurrentLayers : public torch::nn::Module {
 public:
  RecurrentLayers(const EmulatorOptions& options, std::int64_t features, at::Generator& generator);

  /// Each month by itself, in the first layer's input matrix: [..., k] of [..., features].
  torch::Tensor enter(const torch::Tensor& months) const;
  /// The state behind the last month, [n, outputs()], of entered months [n, window, k]; in both directions, the final
  /// state of each, concatenated.
  torch::Tensor forward(const torch::Tensor& entered);
  std::int64_t outputs() const { return directions() * options_.hidden; }
  /// Of one window, matrix products alone.
  std::int64_t flops() const;

 private:
  struct Direction {
    torch::Tensor input_weight, state_weight, input_bias, state_bias;
  };
  std::int64_t directions() const { return options_.bidirectional ? 2 : 1; }
  Direction add(const std::string& name, std::int64_t in, at::Generator& generator);
  /// [..., gates of all directions] of months [..., features].
  torch::Tensor gates(const std::vector<Direction>& layer, const torch::Tensor& months) const;
  /// [window, n, hidden] of gates [n, window, gates]; `against_time`: from the last month to the first.
  torch::Tensor states(const Direction& direction, const torch::Tensor& gates, bool against_time) const;

  EmulatorOptions options_;
  std::vector<std::vector<Direction>> layers_;
};

}  // namespace stormsweep
