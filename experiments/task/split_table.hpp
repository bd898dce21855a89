#pragma once

#include "datasets/nowcast/nowcast_splits.hpp"
#include "datasets/storms/storm_splits.hpp"

namespace stormsweep {

/// Prints storms and positives of each split, and on standard error a warning for each label rule under which a split
/// holds one class only (for the mean rule, where any storm is positive under it).
void print_splits(const SplitCounts& counts);

/// Prints patches, share of wet pixels and mean of each split that there is.
void print_splits(const NowcastSplitCounts& counts, RadarQuantity quantity);

}  // namespace stormsweep
