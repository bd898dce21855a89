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

/// Throws InputError where mpirun, which says `version`, is of another Open MPI, by the first number, than `library`,
/// with which we are linked (MpiChannel::library()): no rank would find the others. Also where that is none.
void check_library(std::string_view version, std::string_view library);

}  // namespace stormsweep::launch
