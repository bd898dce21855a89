#pragma once

#include <string>
#include <vector>

#include "search/base/options.hpp"
#include "search/space/experiment.hpp"

/// How `stormsweep run`, typed at a prompt, and rank 0 of the job that it starts (job.hpp) communicate: by environment
/// variables, and a file (status_file.hpp).
namespace stormsweep::launch {

/// Rank in the MPI job that this process is part of, before MPI_Init; -1 outside. Throws InputError inside a Slurm step
/// that MPI cannot see (srun without --mpi=pmix). Never looks at SLURM_PROCID, which a batch script has without any
/// step.
int rank();

/// Environment variables of rank 0 alone: the terminal's width, the report of the data check, and, where the same
/// command has restarted the job, what that has spent of its limits: seconds, and failed trials.
inline constexpr const char* columns = "STORMSWEEP_COLUMNS";
inline constexpr const char* data_report = "STORMSWEEP_DATA_REPORT";
inline constexpr const char* started_again = "STORMSWEEP_STARTED_AGAIN";

/// Runs `stormsweep <words>` to its end and returns its exit status; its standard output goes to standard error.
/// SIGINT, SIGTERM and SIGUSR1 are passed on to it.
int own_command(const std::vector<std::string>& words);

/// Width of the user's terminal: as told by the command that started this process, else of our own. 0: there is none.
int terminal_columns();

std::string own_program();     ///< the path of this executable
std::string worker_program();  ///< and of stormsweep-worker, beside it
std::string runner_program();  ///< and of stormsweep-runner, which needs no LibTorch

/// The one of these two that trains `experiment`, and checks its data.
std::string trainer_program(const Experiment& experiment);

/// Throws InputError where `program`, one of these two, run for `what`, ended with a status other than 0.
void expect_answer(int status, const std::string& program, const std::string& what);

/// Turns this process into `<program> <arguments>`, one of these two; does not return.
[[noreturn]] void become_worker(const std::string& program, const Arguments& arguments);

}  // namespace stormsweep::launch
