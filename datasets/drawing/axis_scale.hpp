#pragma once

#include <span>
#include <string>
#include <vector>

namespace stormsweep {

/// Whether two numbers differ by no more than sums do when their terms are reordered: they then count as one value.
bool differ_by_rounding(double low, double high);

/// The least number not below `size` (above 0) that is 1, 2 or 5 times a power of ten.
double round_step(double size);

/// How values lie along an axis.
enum class Spacing { by_values, linear, logarithmic };

/// From values to pixels, along one axis of a chart.
class AxisScale {
 public:
  /// Over all `values` (those that are not finite do not count), from pixel `from` to pixel `to`. `by_values`:
  /// logarithmic where all are positive and nine tenths of them are 30 times apart. Never where one is not positive.
  AxisScale(std::span<const double> values, double from, double to, Spacing spacing = Spacing::by_values);

  double at(double value) const;  ///< in pixels
  bool logarithmic() const { return logarithmic_; }
  /// Round values within the axis, about `most` at most; for a single value that value.
  std::vector<double> ticks(int most) const;
  /// The values themselves where there are at most `most`, otherwise round ones; for integers, integers.
  std::vector<double> ticks_at_values(int most) const;

 private:
  std::vector<double> round_ticks(int most, bool whole) const;

  std::vector<double> values_;  ///< ascending, each once
  double low_ = 0, high_ = 1, from_, to_;
  bool logarithmic_ = false;
};

/// Whether few values, ascending, lie ever farther apart, as 64, 128, 256 do: those of a hyperparameter that is tried
/// on a logarithmic scale.
bool grows(std::span<const double> values);

/// Texts with as many digits as distinguish neighbours, at least six.
std::vector<std::string> tick_texts(std::span<const double> ticks);

}  // namespace stormsweep
