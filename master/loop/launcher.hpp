#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stormsweep::launch {

/// What `mpirun --version` prints. Throws InputError where there is no mpirun.
std::string mpirun_version();

/// mpirun with its options for a job of `ranks` ranks that goes on when one of them dies; the ranks' command follows.
/// All that differs between launchers is here; `version` is what mpirun_version() says. Throws InputError where that
/// is not Open MPI 4 or newer.
std::vector<std::string> mpirun_words(std::string_view version, int ranks);

}  // namespace stormsweep::launch
