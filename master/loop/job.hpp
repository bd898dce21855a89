#pragma once

#include <map>
#include <string>

#include "search/base/options.hpp"

namespace stormsweep::launch {

/// What a job that was started from a prompt or a batch script comes to.
struct JobEnd {
  int status = 0;      ///< exit status of `stormsweep run`
  bool again = false;  ///< every worker died, but each cost a trial an attempt: start the job again at once
};

/// Runs `mpirun -n <workers + 1> stormsweep run <arguments>`, with `environment` added, to its end: rank 0's report
/// tells it (mpirun's own status says nothing under --enable-recovery), and it is over when no rank of this host is
/// left. What ended otherwise is told on standard error.
///
/// SIGINT, SIGTERM and SIGUSR1 drain it, before the ranks have started too; a second SIGINT ends it at once. Ctrl-Z
/// stops the ranks of this host with us, and `fg` or `bg` lets all go on. A job of which a rank dies while MPI starts,
/// or whose mpirun starts nothing for 30 s, is ended: the others would wait for ever. An mpirun that outlives a report
/// of lost ranks by 10 s is killed, and so are ranks that outlive their mpirun by more than `patience` seconds.
///
/// Throws InputError where mpirun is missing or unknown (launcher.hpp), starts nothing, or has no folder for its
/// temporary files.
JobEnd run_job(int workers, const Arguments& arguments, const std::map<std::string, std::string>& environment,
               double patience);

}  // namespace stormsweep::launch
