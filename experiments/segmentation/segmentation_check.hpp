#pragma once

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Opens the sets, which makes their indices where there are none. Throws InputError where they do not belong together,
/// or the space's networks or labelings do not fit them.
DataCheck check_segmentation_data(const Space& space);

}  // namespace stormsweep
