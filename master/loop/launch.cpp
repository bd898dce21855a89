#include "master/loop/launch.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <optional>

#include "master/loop/signals.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/machine.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"
#include "search/space/runs_itself.hpp"

namespace stormsweep::launch {

namespace fs = std::filesystem;

namespace {

/// The rank by PMIx without mpirun, that is, by srun. PMIX_RANK without a namespace is left over from another job, and
/// a step of one task is not an MPI job.
std::optional<std::uint64_t> pmix_rank() {
  if (environment("PMIX_NAMESPACE").empty() || environment("SLURM_STEP_NUM_TASKS") == "1") return std::nullopt;
  return whole_number(environment("PMIX_RANK"));
}

}  // namespace

int rank() {
  if (const auto value = whole_number(environment("OMPI_COMM_WORLD_RANK"))) return static_cast<int>(*value);
  if (const auto value = pmix_rank()) return static_cast<int>(*value);
  if (whole_number(environment("SLURM_STEP_NUM_TASKS")).value_or(0) > 1) {
    throw InputError(
        "srun: started stormsweep without telling MPI about its ranks; use srun --mpi=pmix, or no srun at all");
  }
  return -1;
}

int own_command(const std::vector<std::string>& words) {
  std::vector<std::string> command{own_program()};
  command.insert(command.end(), words.begin(), words.end());
  signals::translate();
  const pid_t pid = fork();
  if (pid < 0) refuse_file(command[0], "cannot be started", process::start_remedy);
  if (pid == 0) {
    setpgid(0, 0);                     // so that Ctrl-C at the terminal reaches only us, who pass it on
    prctl(PR_SET_PDEATHSIG, SIGUSR1);  // if we are killed, drain
    dup2(STDERR_FILENO, STDOUT_FILENO);
    process::become(command);
    _exit(127);
  }
  signals::hand_to(pid, 0);
  const int status = process::wait_for(pid);
  signals::hand_to(0, 0);
  return status;
}

int terminal_columns() {
  if (const auto given = whole_number(environment(columns))) return static_cast<int>(*given);
  return terminal_width(STDERR_FILENO).value_or(0);
}

std::string own_program() {
  return process::program_of(getpid()).string();
}

std::string worker_program() {
  return (fs::path(own_program()).parent_path() / "stormsweep-worker").string();
}

void expect_answer(int status, const std::string& program, const std::string& what) {
  if (status == 127 && !fs::exists(program))
    throw InputError(program + ": cannot be started; it belongs beside stormsweep: build all");
  if (status != 0) throw InputError(what + " ended with status " + std::to_string(status) + ", as told above");
}

std::string runner_program() {
  return (fs::path(own_program()).parent_path() / "stormsweep-runner").string();
}

std::string trainer_program(const Experiment& experiment) {
  return runs_itself(experiment) ? runner_program() : worker_program();
}

void become_worker(const std::string& program, const Arguments& arguments) {
  std::vector<std::string> command{program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  process::become(command);
  throw InputError(command[0] + ": " + std::strerror(errno) + "; it belongs beside stormsweep: build all");
}

}  // namespace stormsweep::launch
