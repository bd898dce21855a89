#pragma once

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Opens the splits. Throws InputError where they do not belong together, or the network cannot take them.
DataCheck check_nowcast_data(const Space& space);

}  // namespace stormsweep
