#pragma once

#include <array>
#include <vector>

#include "models/forecast_scores.hpp"

namespace stormsweep {

/// Rates of rain such that a forecast reaches a threshold just where the network, judged by its decision level, tells
/// it: level to threshold for each of rain_thresholds, straight between them, from 0, and in proportion beyond the
/// last. What errs least in the mean square is too smooth for that. A level that is not above that of a lower threshold
/// is passed over.
class Recalibration {
 public:
  explicit Recalibration(const std::array<double, rain_thresholds.size()>& levels);  ///< mm/h
  /// Of nothing, or less, it stays what it is, as of what is missing.
  float operator()(float rate) const;

 private:
  std::vector<double> from_{0}, to_{0};
};

}  // namespace stormsweep
