#pragma once

#include <torch/types.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace stormsweep {

/// How well a forecast tells where a threshold is reached, by the level from which on it counts as yes. A forecast that
/// errs little in the mean square is smooth: it stays below high thresholds even where more often than not they are
/// reached, and so is the better decided at a lower level, which is found on other data than it is judged by. Gathered
/// batch by batch, and over the ranks of a gang by adding `sums`.
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

  /// Critical success index, hits / (hits + misses + false alarms), of lead time l (from 0); NaN where there is
  /// neither.
  double csi(std::int64_t l, std::int64_t threshold, std::int64_t level) const;
  /// The level whose CSI is the best over lead time l and those beside it, for of rare rain a single one shows little;
  /// of equals the nearest to the threshold.
  std::int64_t best_level(std::int64_t l, std::int64_t threshold) const;

 private:
  /// At each level, over lead times first to last.
  std::array<double, levels> csi_over(std::int64_t first, std::int64_t last, std::int64_t threshold) const;

  std::vector<double> thresholds_;
};

}  // namespace stormsweep
