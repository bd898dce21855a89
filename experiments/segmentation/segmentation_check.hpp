#pragma once

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Opens the sets, which makes their indices where there are none: these are kept beside the data. Throws InputError
/// where they do not belong together, or the space's networks or labelings do not fit them.
DataCheck check_segmentation_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
