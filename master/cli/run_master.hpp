#pragma once

#include "master/cli/run_options.hpp"

namespace stormsweep {

/// Rank 0 of a job of `stormsweep run`, the only process of the job that opens the database. Returns the exit status,
/// or exits with it at once where MPI_Finalize would wait for a rank that is gone.
int become_master(RunOptions options);

}  // namespace stormsweep
