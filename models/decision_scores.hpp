#pragma once

#include <torch/types.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace stormsweep {

/// How well a forecast tells where a threshold is reached, for each level at which it may count as yes. A forecast of
/// small mean squared error is smooth: it stays below high thresholds even where they are reached more often than not,
/// so that a lower level decides better. That level is chosen on other data than it is judged on. Gathered batch by
/// batch, and over the ranks of a gang by adding `sums`.
class DecisionScores {
 public:
  /// Levels, as shares of the threshold: e^-2 to e^0.5 in steps of 5 %.
  static constexpr std::int64_t levels = 51;
  static constexpr std::int64_t at_threshold = 40;  ///< the number of the level that is the threshold itself
  static double share(std::int64_t level) { return std::exp(0.05 * static_cast<double>(level - at_threshold)); }

  DecisionScores(std::int64_t lead_times, std::vector<double> thresholds);

  /// `forecast` and `truth` [n, lead times, h, w] in the units of the thresholds.
  void add(const torch::Tensor& forecast, const torch::Tensor& truth);

  /// [lead times, thresholds, 2, levels + 1] float64 on the CPU: pixels where the truth is below the threshold, and
  /// where it reaches it, by how many of the levels the forecast reaches.
  torch::Tensor sums;

  /// Critical success index, hits / (hits + misses + false alarms), of lead time l (from 0); NaN where all are 0.
  double csi(std::int64_t l, std::int64_t threshold, std::int64_t level) const;
  /// The level with the best CSI over lead time l and its neighbours, as a single one has too little of rare rain; at a
  /// tie the one nearest to the threshold.
  std::int64_t best_level(std::int64_t l, std::int64_t threshold) const;

 private:
  /// At each level, over lead times first to last.
  std::array<double, levels> csi_over(std::int64_t first, std::int64_t last, std::int64_t threshold) const;

  std::vector<double> thresholds_;
};

}  // namespace stormsweep
