#pragma once

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Opens the splits, and runs two samples through every network of the space. Throws InputError where splits, network,
/// loss and metrics do not fit together.
DataCheck check_script_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
