#pragma once

#include "datasets/nowcast/nowcast_splits.hpp"

namespace stormsweep {

/// Prints patches, share of wet pixels and mean of each split that there is.
void print_patch_table(const NowcastSplitCounts& counts, RadarQuantity quantity);

}  // namespace stormsweep
