#pragma once

#include <span>
#include <vector>

namespace stormsweep {

/// The least of 1, 2 and 5 times a power of ten that is `size`, above 0, or more.
double round_step(double size);

/// From values to pixels, along one axis of a chart.
class AxisScale {
 public:
  /// Over all `values` (those that are not finite do not count), from pixel `from` to pixel `to`; logarithmic where
  /// all are positive and nine tenths of them are 30 times apart.
  AxisScale(std::span<const double> values, double from, double to);

  double at(double value) const;  ///< in pixels
  bool logarithmic() const { return logarithmic_; }
  /// Round values within the axis, at most some `most`.
  std::vector<double> ticks(int most) const;

 private:
  double low_ = 0, high_ = 1, from_, to_;
  bool logarithmic_ = false;
};

}  // namespace stormsweep
