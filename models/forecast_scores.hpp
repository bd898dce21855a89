#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

namespace stormsweep {

/// Rain rates (mm/h) at which forecasts are judged as yes or no.
inline constexpr std::array<double, 4> rain_thresholds{0.5, 2, 5, 10};

/// Sums of squared errors and of hits, misses and false alarms at each lead time, gathered batch by batch, and over the
/// ranks of a gang by adding `sums`.
class ForecastScores {
 public:
  /// `thresholds` in the units of the values; value >= threshold counts as yes.
  ForecastScores(std::int64_t lead_times, std::vector<double> thresholds);

  /// `forecast` and `truth` [n, lead times, h, w] in physical units.
  void add(const torch::Tensor& forecast, const torch::Tensor& truth);

  /// [lead times, 2 + 3 * thresholds] float64 on the CPU: pixels, squared error, then hits, misses, false alarms of
  /// each threshold.
  torch::Tensor sums;

  /// Scores at lead time l (from 0); NaN where undefined (no yes at all).
  double mean_squared_error(std::int64_t l) const;
  double csi(std::int64_t l, std::int64_t threshold) const;  ///< hits / (hits + misses + false alarms)
  double pod(std::int64_t l, std::int64_t threshold) const;  ///< hits / (hits + misses)
  double far(std::int64_t l, std::int64_t threshold) const;  ///< false alarms / (hits + false alarms)

 private:
  double sum(std::int64_t l, std::int64_t column) const { return sums[l][column].item<double>(); }

  std::vector<double> thresholds_;
};

}  // namespace stormsweep
