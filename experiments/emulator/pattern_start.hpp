#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/pattern_scaling.hpp"

namespace stormsweep {

/// Where a network begins that says what is to be added to pattern scaling ("pattern": "residual"): the lines of
/// PatternScaling over `window_forcing`, standardised as the targets are. The network carries them in two buffers, so
/// that a kept network has them in its file.
class PatternStart {
 public:
  /// Of training, in the statistics of `fields`, its targets. `has_lines` holds.
  PatternStart(const PatternScaling& lines, const std::vector<ClimateField>& fields);
  /// Of a network on the CPU that has been loaded into the buffers of `add_buffers`.
  explicit PatternStart(const torch::nn::Module& network);

  /// The buffers, of zeros, for maps [targets, height, width].
  static void add_buffers(torch::nn::Module& network, torch::IntArrayRef sizes);
  /// The buffers, with these lines.
  void add_buffers(torch::nn::Module& network) const;

  /// [windows, targets, height, width] float32, on the CPU.
  torch::Tensor maps(const ClimateSet& set, std::span<const ClimateWindow> windows, std::int64_t length) const;

 private:
  torch::Tensor offsets_, slopes_;  ///< [12, targets, height, width] float64: a line is far from 0 where a forcing is
};

/// Whether every month of the year is the month behind some window, and so has a line.
bool has_lines(std::span<const ClimateWindow> windows);

}  // namespace stormsweep
