#pragma once

#include "experiments/task/kept_scans.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// Scans the three splits. Throws InputError, also where storms are not finite.
DataCheck check_tornado_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
