#pragma once

#include <vector>

#include "search/base/strict_json.hpp"
#include "search/space/axis.hpp"
#include "search/space/experiment.hpp"
#include "search/space/grid.hpp"

namespace stormsweep {

/// "exclude", [{"batch_size": [64, 128], "width": 8}, ...]: each leaves out the configurations that have one of these
/// values on all of its axes. Throws InputError: names that are not axes, values that an axis does not have, ranges, an
/// exclusion without an axis or without a value, and zipped axes that never have the values together.
std::vector<Exclusion> read_exclusions(const Field& exclude, const Experiment& experiment,
                                       const std::vector<Axis>& axes);

}  // namespace stormsweep
