#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace stormsweep {

/// Whether as much rain falls as is forecast: what was seen where the forecast lay in each class of amounts, all lead
/// times together. Gathered batch by batch, and over the ranks of a gang by adding `sums`.
class Reliability {
 public:
  /// Classes from 0 to the first of `bounds`, between bounds, and from the last on, in the units of the values.
  explicit Reliability(std::vector<float> bounds);

  /// `forecast` and `truth` of one shape, in physical units, nothing below 0.
  void add(const torch::Tensor& forecast, const torch::Tensor& truth);

  /// [classes, 3] float64 on the CPU: pixels, and the sums of what was forecast and of what was seen there.
  torch::Tensor sums;

  double share(std::int64_t c) const;                           ///< of all pixels; NaN of none
  double forecast(std::int64_t c) const { return mean(c, 1); }  ///< mean where the forecast is of class c, from 0
  double seen(std::int64_t c) const { return mean(c, 2); }      ///< of the truth there; NaN where there is no pixel

 private:
  double mean(std::int64_t c, std::int64_t column) const;

  std::vector<float> bounds_;
};

}  // namespace stormsweep
