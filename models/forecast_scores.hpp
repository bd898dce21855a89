#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace stormsweep {

/// Sums of squared errors, of hits, misses and false alarms, and of squares of wet fractions at each lead time,
/// gathered batch by batch, and over the ranks of a gang by adding `sums`.
class ForecastScores {
 public:
  /// `thresholds` in the units of the values; value >= threshold counts as yes. `squares`: sides in pixels; of
  /// one that is 0 the fractions skill score is NaN.
  ForecastScores(std::int64_t lead_times, std::vector<double> thresholds, std::vector<std::int64_t> squares = {});

  /// `forecast` and `truth` [n, lead times, h, w] in physical units.
  void add(const torch::Tensor& forecast, const torch::Tensor& truth);

  /// [lead times, 2 + thresholds * (3 + 2 * squares)] float64 on the CPU: pixels, squared error, then of each threshold
  /// hits, misses, false alarms, and of each square, over all places where it lies in the image, the sum of the squared
  /// differences of the fractions of yes, and that of the squares of both.
  torch::Tensor sums;

  /// Scores at lead time l (from 0); NaN where undefined (no yes at all).
  double mean_squared_error(std::int64_t l) const;
  double csi(std::int64_t l, std::int64_t threshold) const;  ///< hits / (hits + misses + false alarms)
  double pod(std::int64_t l, std::int64_t threshold) const;  ///< hits / (hits + misses)
  double far(std::int64_t l, std::int64_t threshold) const;  ///< false alarms / (hits + false alarms)
  /// Fractions skill score (Roberts and Lean 2008): 1 - squared differences / squares. 1: as many yes in each square.
  double fss(std::int64_t l, std::int64_t threshold, std::int64_t square) const;

 private:
  double sum(std::int64_t l, std::int64_t column) const { return sums[l][column].item<double>(); }

  std::int64_t column(std::int64_t threshold) const;

  std::vector<double> thresholds_;
  std::vector<std::int64_t> squares_;
};

}  // namespace stormsweep
