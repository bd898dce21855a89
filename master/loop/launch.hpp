#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "search/base/options.hpp"

namespace stormsweep {

/// How `stormsweep run`, typed at a prompt, and rank 0 of the job that it starts talk: by environment variables.
namespace launch {

/// Rank in the MPI job that this process is part of, before MPI_Init; -1 outside. Throws InputError inside a Slurm step
/// that MPI cannot see (srun without --mpi=pmix). Never looks at SLURM_PROCID, which a batch script has without any
/// step.
int rank();

/// Environment of rank 0 alone: where to leave the exit status, the terminal's width, the checked data's report.
inline constexpr const char* status_file = "STORMSWEEP_STATUS_FILE";
inline constexpr const char* columns = "STORMSWEEP_COLUMNS";
inline constexpr const char* data_report = "STORMSWEEP_DATA_REPORT";

/// What rank 0 leaves in the status file.
struct Report {
  int status = 0;
  bool again = false;  ///< every worker died, but each cost a trial an attempt: start the job again at once
  bool lost = false;   ///< a rank died: perhaps with its host, for whose daemon mpirun would wait for ever
};
void leave_report(const Report& report);

/// Starts `mpirun -n <workers + 1> stormsweep run <arguments>` with `environment` added, waits for it, and returns rank
/// 0's report (mpirun's own status says nothing under --enable-recovery); status 3 where rank 0 left none. SIGINT,
/// SIGTERM and SIGUSR1 become SIGUSR1 for the ranks: drain. An mpirun that outlives a report of lost ranks by 10 s is
/// killed. Throws InputError where mpirun is missing or unknown (launcher.hpp).
Report mpirun(int workers, const Arguments& arguments, const std::map<std::string, std::string>& environment);

/// Runs `stormsweep <words>` to its end and returns its exit status; what it says on standard output goes to standard
/// error. SIGINT, SIGTERM and SIGUSR1 become SIGUSR1 for it: drain.
int own_command(const std::vector<std::string>& words);

/// The path of stormsweep-worker: beside this executable.
std::string worker_program();

/// Turns this process into `stormsweep-worker <arguments>`; does not return.
[[noreturn]] void become_worker(const Arguments& arguments);

/// Makes SIGUSR1, SIGTERM and SIGINT set a flag, and returns it.
const std::atomic<bool>& drain_on_signal();

}  // namespace launch

}  // namespace stormsweep
