#pragma once

#include <vector>

#include "search/base/strict_json.hpp"
#include "search/space/experiment.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

/// One hyperparameter that a search space names: its values, distinct, in the order given.
struct Axis {
  std::size_t hyperparameter;  ///< index into Experiment::hyperparameters
  std::vector<Value> values;
};

/// The values of one member of "parameters": [a, b], a, {"values": [a, b]}, {"value": a}, or a range from min to max,
/// {"min", "max", "count" or "step", "scale"}. With `count`, that many values, evenly apart on the scale (linear, log,
/// log2), both ends included. With `step`, min and on by steps (of the base-10 or base-2 exponent on log and log2:
/// {"min": 128, "max": 4096, "scale": "log2", "step": 1} doubles) as far as max. Integers are rounded to the nearest,
/// reals to 12 digits, so that 0.1 + 2 * 0.1 is 0.3. Throws InputError: a value that `hyperparameter` refuses, none at
/// all, one twice (also by rounding), min > max, or more than 10^7.
std::vector<Value> read_values(const Field& field, const Hyperparameter& hyperparameter);

}  // namespace stormsweep
