#pragma once

#include "datasets/storms/storm_splits.hpp"

namespace stormsweep {

/// Prints storms and positives of each split, and on standard error a warning for each label rule under which a split
/// holds one class only (for the mean rule, only if any storm is positive under it).
void print_storm_table(const SplitCounts& counts);

}  // namespace stormsweep
