#pragma once

#include <optional>
#include <span>
#include <vector>

#include "search/base/strict_json.hpp"
#include "search/space/experiment.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

/// All values from `min` to `max`, both included, for methods that draw: {"min", "max", "scale"}.
struct Interval {
  double min = 0, max = 1;
  bool logarithmic = false;
  bool integer = false;

  /// The value at `place` in [0, 1] of the scale. Each integer has the same share of the scale; reals are rounded to 6
  /// digits (of the width, where that is less than a thousandth of the values), so that they are the same everywhere.
  Value at(double place) const;
  /// The place of a value: the inverse of `at`, except for rounding.
  double place(const Value& value) const;
  bool has(const Value& value) const;
};

/// A hyperparameter that moves with an axis's own ("zip").
struct Zipped {
  std::size_t hyperparameter;
  std::vector<Value> values;        ///< as many as the axis has
  std::optional<Value> guess = {};  ///< the user's own
};

/// Holds where the hyperparameter has one of `values`.
struct Condition {
  std::size_t hyperparameter;
  std::vector<Value> values;  ///< sorted
  bool operator==(const Condition&) const = default;
};

/// One axis of a search space: a hyperparameter, its values in the order given, and the hyperparameters zipped with it.
/// Values are distinct unless others are zipped. An axis with conditions has a digit for its defaults too
/// (search/space/conditions.hpp).
struct Axis {
  std::size_t hyperparameter;             ///< index into Experiment::hyperparameters
  std::vector<Value> values;              ///< of a continuous axis: none
  std::optional<Interval> interval = {};  ///< set: the axis is continuous
  std::optional<Value> guess = {};        ///< the user's own, which is tried first
  std::vector<Zipped> zipped = {};
  std::vector<Condition> when = {};  ///< all must hold, or its hyperparameters keep their defaults
  /// The last digit stands for the defaults, which the space does not list: `values` end with them. A continuous axis,
  /// which has no values, has this digit and one for its whole interval.
  bool own_default = false;

  /// Digits of the axis in the grid.
  std::uint32_t size() const { return interval ? (own_default ? 2 : 1) : static_cast<std::uint32_t>(values.size()); }
  /// Digits of values that the space lists: all except the defaults' own.
  std::uint32_t listed() const { return size() - (own_default ? 1 : 0); }
  /// Its own hyperparameter and those zipped with it, in the order of the space.
  std::vector<std::size_t> hyperparameters() const;
  /// The values of one of them, by digit; null where it is none of them.
  const std::vector<Value>* values_of(std::size_t of) const;
  /// The digit at which all of them have the values of the configuration.
  std::optional<std::uint32_t> digit(std::span<const Value> configuration) const;
  /// The first digit with all guesses, its own and those of zipped hyperparameters. For axes that have values.
  std::optional<std::uint32_t> guessed_digit() const;
  /// The digits at which one of them has one of `some` values (sorted), ascending.
  std::vector<std::uint32_t> digits_of(std::size_t of, const std::vector<Value>& some) const;
};

/// The number of the axis that has the hyperparameter, zipped or not.
std::optional<std::size_t> find_axis(std::span<const Axis> axes, std::size_t hyperparameter);

/// The values of one member of "parameters": [a, b], a, {"values": [a, b]}, {"value": a}, or a range from min to max,
/// {"min", "max", "count" or "step", "scale"}. With `count`, that many values, evenly apart on the scale (linear, log,
/// log2), both ends included. With `step`, from min in steps (of the base-10 or base-2 exponent on log and log2:
/// {"min": 128, "max": 4096, "scale": "log2", "step": 1} doubles) as far as max. Integers are rounded to the nearest,
/// reals to 12 digits, so that 0.1 + 2 * 0.1 is 0.3. Throws InputError: a value that `hyperparameter` refuses, none at
/// all, min > max, ends too far apart for a double, or more than 10^7. A "guess" beside them is read by read_guess, and
/// "when" by read_when.
std::vector<Value> read_values(const Field& field, const Hyperparameter& hyperparameter);

/// Throws InputError where two digits of an axis, that of `field`, have the same values, perhaps by rounding, for its
/// own hyperparameter and all that are zipped with it.
void refuse_twins(const Field& field, const Axis& axis);

/// The interval that {"min", "max", "scale"} without a count and a step gives; nothing where the field is anything
/// else.
std::optional<Interval> read_interval(const Field& field, const Hyperparameter& hyperparameter);

/// "guess" of an axis, which must be one of its values; nothing without one.
std::optional<Value> read_guess(const Field& field, const Hyperparameter& hyperparameter, const Axis& axis);

/// "when" of an axis: {"optimizer": "sgd"}, or a list of values; nothing without one. Throws InputError: names and
/// values that the experiment does not know.
std::vector<Condition> read_when(const Field& field, const Experiment& experiment);

}  // namespace stormsweep
