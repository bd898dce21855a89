#pragma once

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Scans the three splits. Throws InputError, also where storms are not finite.
DataCheck check_tornado_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
