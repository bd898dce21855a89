#pragma once

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Whether the experiment's command can be started: the program, its files and the data are there. The fingerprint
/// covers the command's words, its files and the data. Throws InputError.
DataCheck check_command_data(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
