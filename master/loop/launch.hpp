#pragma once

#include <string>
#include <vector>

#include "search/base/options.hpp"

/// How `stormsweep run`, typed at a prompt, and rank 0 of the job that it starts (job.hpp) talk: by environment
/// variables, and a file (status_file.hpp).
namespace stormsweep::launch {

/// Rank in the MPI job that this process is part of, before MPI_Init; -1 outside. Throws InputError inside a Slurm step
/// that MPI cannot see (srun without --mpi=pmix). Never looks at SLURM_PROCID, which a batch script has without any
/// step.
int rank();

/// Environment of rank 0 alone: the terminal's width, the checked data's report, and whether the job is started again
/// by the same command.
inline constexpr const char* columns = "STORMSWEEP_COLUMNS";
inline constexpr const char* data_report = "STORMSWEEP_DATA_REPORT";
inline constexpr const char* started_again = "STORMSWEEP_STARTED_AGAIN";

/// Runs `stormsweep <words>` to its end and returns its exit status; what it says on standard output goes to standard
/// error. SIGINT, SIGTERM and SIGUSR1 reach it.
int own_command(const std::vector<std::string>& words);

/// Of the terminal that the user looks at: as the command that has started this one says, or of our own. 0: there is
/// none.
int terminal_columns();

std::string own_program();     ///< the path of this executable
std::string worker_program();  ///< and of stormsweep-worker, beside it
std::string runner_program();  ///< and of stormsweep-runner, which does without LibTorch

/// Throws InputError where the worker's program, which was asked for `what`, ended with another status than 0.
void expect_answer(int status, const std::string& what);

/// Turns this process into `<program> <arguments>`, one of these two; does not return.
[[noreturn]] void become_worker(const std::string& program, const Arguments& arguments);

}  // namespace stormsweep::launch
