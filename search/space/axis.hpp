#pragma once

#include <optional>
#include <vector>

#include "search/base/strict_json.hpp"
#include "search/space/experiment.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

/// All values between two, both included, for methods that draw from them: {"min", "max", "scale"}.
struct Interval {
  double min = 0, max = 1;
  bool logarithmic = false;
  bool integer = false;

  /// The value at `place` in [0, 1]: on the scale, an integer each with the same share of it; reals to 6 digits, which
  /// are the same on every machine.
  Value at(double place) const;
  /// Where a value lies; the reverse but for rounding.
  double place(const Value& value) const;
  bool has(const Value& value) const;
};

/// One hyperparameter that a search space names: its values, distinct, in the order given.
struct Axis {
  std::size_t hyperparameter;             ///< index into Experiment::hyperparameters
  std::vector<Value> values;              ///< of a continuous axis: none
  std::optional<Interval> interval = {};  ///< set: the axis is continuous
  std::optional<Value> guess = {};        ///< the user's own, which is tried first

  /// Digits of the axis in the grid.
  std::uint32_t size() const { return interval ? 1 : static_cast<std::uint32_t>(values.size()); }
};

/// The values of one member of "parameters": [a, b], a, {"values": [a, b]}, {"value": a}, or a range from min to max,
/// {"min", "max", "count" or "step", "scale"}. With `count`, that many values, evenly apart on the scale (linear, log,
/// log2), both ends included. With `step`, min and on by steps (of the base-10 or base-2 exponent on log and log2:
/// {"min": 128, "max": 4096, "scale": "log2", "step": 1} doubles) as far as max. Integers are rounded to the nearest,
/// reals to 12 digits, so that 0.1 + 2 * 0.1 is 0.3. Throws InputError: a value that `hyperparameter` refuses, none at
/// all, one twice (also by rounding), min > max, or more than 10^7.
/// A "guess" beside them is read by read_guess.
std::vector<Value> read_values(const Field& field, const Hyperparameter& hyperparameter);

/// The interval that {"min", "max", "scale"} without a count and a step gives; nothing where the field is anything
/// else.
std::optional<Interval> read_interval(const Field& field, const Hyperparameter& hyperparameter);

/// "guess" of an axis, which must be one of its values; nothing without one.
std::optional<Value> read_guess(const Field& field, const Hyperparameter& hyperparameter, const Axis& axis);

}  // namespace stormsweep
