#pragma once

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Opens the splits, and reports what a network has to beat: how well pattern scaling does on the test split. Throws
/// InputError where the splits do not belong together, or lack what the space asks for.
DataCheck check_emulator_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
