#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "search/base/options.hpp"

namespace stormsweep::launch {

/// How a job that was started from a prompt or a batch script has ended.
struct JobEnd {
  int status = 0;              ///< exit status of `stormsweep run`
  bool again = false;          ///< every worker died, but each cost a trial an attempt: start the job again at once
  std::uint64_t failures = 0;  ///< trials that failed in this run
};

/// Runs `mpirun -n <workers + 1> stormsweep run <arguments>`, with `environment` added, to its end. The status is what
/// rank 0 reports (mpirun's own says nothing under --enable-recovery), and the job is over when no rank of this host is
/// left. Any other end is explained on standard error. An mpirun whose folder another one has removed (lost_folder in
/// launcher.hpp) is started again.
///
/// SIGINT, SIGTERM and SIGUSR1 drain it, even before the ranks have started; a second SIGINT ends it at once. Ctrl-Z
/// stops the ranks of this host with us, and `fg` or `bg` continues all. A job is ended if a rank dies while MPI
/// starts, for which the others would wait for ever, or if mpirun starts nothing for 30 s. An mpirun that outlives a
/// report of lost ranks by 10 s is killed, and so are ranks that outlive their mpirun by more than `patience` seconds.
///
/// Throws InputError where mpirun is missing or unknown (launcher.hpp), starts nothing, or has no folder for its
/// temporary files.
JobEnd run_job(int workers, const Arguments& arguments, const std::map<std::string, std::string>& environment,
               double patience);

}  // namespace stormsweep::launch
