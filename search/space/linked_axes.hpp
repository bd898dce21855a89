#pragma once

#include <string>
#include <vector>

#include "search/base/strict_json.hpp"
#include "search/space/axis.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

/// Links between axes in a space's file: "zip" and "when".

/// "zip", [["width", "learning_rate"], ...]: makes one axis, where the first of them stood, of each list. Throws
/// InputError: names that are no axes or are zipped twice, other numbers of values, ranges without values, the
/// milestone axis, other conditions, guesses that stand apart.
void zip_axes(const Field& zip, const Experiment& experiment, std::vector<Axis>& axes);

/// Gives every axis with "when" a digit for its `defaults`, and returns one line for each condition that no
/// configuration meets. Throws InputError: conditions of `gpus` or the milestone axis; conditions on milestones, on
/// ranges and on names that are not axes; circular ones.
std::vector<std::string> link_conditions(const Field& parameters, const Experiment& experiment,
                                         const Configuration& defaults, std::vector<Axis>& axes);

}  // namespace stormsweep
