#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"

/// How `stormsweep run`, typed at a prompt, and rank 0 of the job that it starts (job.hpp) talk: by environment
/// variables and a file.
namespace stormsweep::launch {

/// Rank in the MPI job that this process is part of, before MPI_Init; -1 outside. Throws InputError inside a Slurm step
/// that MPI cannot see (srun without --mpi=pmix). Never looks at SLURM_PROCID, which a batch script has without any
/// step.
int rank();

/// Environment of rank 0 alone: where to leave the exit status, the terminal's width, the checked data's report, and
/// whether the job is started again by the same command.
inline constexpr const char* status_file = "STORMSWEEP_STATUS_FILE";
inline constexpr const char* columns = "STORMSWEEP_COLUMNS";
inline constexpr const char* data_report = "STORMSWEEP_DATA_REPORT";
inline constexpr const char* started_again = "STORMSWEEP_STARTED_AGAIN";

/// Whether such a command has started us, rather than mpirun or srun typed by a user.
bool launched();

/// What rank 0 leaves in the status file.
struct Report {
  int status = 0;
  bool again = false;  ///< every worker died, but each cost a trial an attempt: start the job again at once
  bool lost = false;   ///< a rank died: perhaps with its host, for whose daemon mpirun would wait for ever
};
void leave_started();                                                  ///< MPI has started on all ranks
std::optional<pid_t> read_started(const std::filesystem::path& path);  ///< rank 0's number on its host
void leave_report(const Report& report);
std::optional<Report> read_report(const std::filesystem::path& path);

/// Runs `stormsweep <words>` to its end and returns its exit status; what it says on standard output goes to standard
/// error. SIGINT, SIGTERM and SIGUSR1 reach it.
int own_command(const std::vector<std::string>& words);

std::string own_program();     ///< the path of this executable
std::string worker_program();  ///< and of stormsweep-worker, beside it

/// Turns this process into `stormsweep-worker <arguments>`; does not return.
[[noreturn]] void become_worker(const Arguments& arguments);

}  // namespace stormsweep::launch
