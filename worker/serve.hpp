#pragma once

#include <string>
#include <vector>

#include "worker/executor.hpp"

namespace stormsweep {

/// `stormsweep-worker serve`: a rank of the job. Has `executor` carry out what rank 0 assigns until told to stop, or
/// until rank 0 has been silent for three times the welcome's `lost_after`, at least 10 s. Returns the exit status.
/// Throws InputError in a job of one rank.
int serve_command(const std::vector<std::string>& arguments, Executor& executor);

}  // namespace stormsweep
