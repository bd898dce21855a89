#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stormsweep::launch {

/// What `mpirun --version` prints. Throws InputError where there is no mpirun.
std::string mpirun_version();

/// mpirun with its options for a job of `ranks` ranks that continues when one of them dies; the ranks' command follows.
/// All differences between launchers are here; `version` is what mpirun_version() says. Throws InputError where that is
/// not Open MPI 4 or newer.
std::vector<std::string> mpirun_words(std::string_view version, int ranks);

/// Whether mpirun, by what it has written, could not start only because another one, which ended at that moment,
/// removed the temporary folder that Open MPI 4 shares between all jobs of a user on a host.
bool lost_folder(std::string_view written);

/// Throws InputError where `version` of mpirun and `library`, with which this program is linked
/// (MpiChannel::library()), differ in the major version of Open MPI, because ranks would not find each other; and where
/// `library` is not Open MPI.
void check_library(std::string_view version, std::string_view library);

}  // namespace stormsweep::launch
