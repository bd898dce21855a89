#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/emulator_options.hpp"

namespace stormsweep {

/// Recurrent layers over a window of months, gated or long short-term (models/kernels/recurrence.hpp), of
/// `options.layers` and `options.hidden`; dropout between them. All months go through an input matrix in one product:
/// that of the first layer is most of the emulator's weights and work.
class RecurrentLayers : public torch::nn::Module {
 public:
  RecurrentLayers(const EmulatorOptions& options, std::int64_t features, at::Generator& generator);

  /// The state behind the last month, [n, outputs()], of `months` [n, window, features]; in both directions, each
  /// behind the last month that it sees, beside each other.
  torch::Tensor forward(const torch::Tensor& months);
  std::int64_t outputs() const { return directions() * options_.hidden; }
  /// Of one window, matrix products alone.
  std::int64_t flops() const;

 private:
  struct Direction {
    torch::Tensor input_weight, state_weight, input_bias, state_bias;
  };
  std::int64_t directions() const { return options_.bidirectional ? 2 : 1; }
  Direction add(const std::string& name, std::int64_t in, at::Generator& generator);
  /// [window, n, hidden] of [n, window, features]; against time, that of the last month first.
  torch::Tensor states(const Direction& direction, const torch::Tensor& months, bool against_time) const;

  EmulatorOptions options_;
  std::vector<std::vector<Direction>> layers_;
};

}  // namespace stormsweep
