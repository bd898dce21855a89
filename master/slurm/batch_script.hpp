#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "search/base/time.hpp"

namespace stormsweep {

/// What a search asks of Slurm.
struct BatchJob {
  std::string name;                  ///< of the search, and of the job
  std::filesystem::path folder;      ///< absolute; for the log
  std::filesystem::path started_in;  ///< absolute; where the job begins
  std::filesystem::path program;     ///< stormsweep, absolute
  std::filesystem::path mpi;         ///< the folder of mpirun, for a job whose PATH lacks it
  std::vector<std::string> command;  ///< what the user typed after "submit"
  std::uint64_t nodes = 1, ranks_per_node = 1, cores_per_rank = 1;  ///< ranks that train
  std::uint64_t gpus_per_node = 0;
  Seconds time{3600};
  std::string partition;    ///< empty: the cluster's default
  std::uint64_t tasks = 0;  ///< of a job array that shares the search; 0: no array
  std::uint64_t requeues = 20;
  std::vector<std::string> further;    ///< options of sbatch, "--account=abc", that check_further accepts
  std::vector<std::string> arguments;  ///< of `stormsweep run`

  std::uint64_t ranks() const { return nodes * ranks_per_node; }
};

/// Throws InputError for an option of sbatch that is not written as --name or --name=VALUE, or that another member of
/// BatchJob decides.
void check_further(const std::string& option);

/// Whether environment variable `variable` (SBATCH_TIMELIMIT, say), which takes precedence over the script, would undo
/// what `job` asks for. The account, and the partition if the job names none, may come from the environment.
bool overrides(std::string_view variable, const BatchJob& job);

/// The script for sbatch: slurm/search.sbatch with the job's own #SBATCH lines and arguments.
std::string batch_script(const BatchJob& job);

/// The job's log, in Slurm's pattern language: %j is the job, %A_%a the task of an array.
std::string log_pattern(const BatchJob& job);
/// The log file of the job, or of an array's first task, if Slurm's number of it is `number`.
std::string log_file(const BatchJob& job, const std::string& number);

/// slurm/search.sbatch.
std::string_view search_sbatch();

}  // namespace stormsweep
