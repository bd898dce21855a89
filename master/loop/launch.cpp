#include "master/loop/launch.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>

#include "master/loop/launcher.hpp"
#include "search/base/error.hpp"
#include "search/base/process.hpp"
#include "search/base/text.hpp"

namespace stormsweep::launch {

namespace fs = std::filesystem;

namespace {

std::atomic<bool> drain{false};
std::atomic<pid_t> child{0};

fs::path self() {
  return fs::read_symlink("/proc/self/exe");
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

std::vector<std::string> mpirun_command(int workers, const Arguments& arguments) {
  std::vector<std::string> command = mpirun_words(mpirun_version(), workers + 1);
  command.insert(command.end(), {self().string(), "run"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// What rank 0 has left, if it has.
std::optional<Report> read_report(const fs::path& path) {
  Report report;
  if (std::ifstream(path) >> report.status >> report.again >> report.lost) return report;
  return std::nullopt;
}

/// Waits for mpirun, and ends one that waits for the daemon of a lost host: the report is there, and the ranks that
/// live had 10 s to leave.
void wait_for_mpirun(pid_t pid, const fs::path& report) {
  constexpr std::chrono::milliseconds look{20};
  constexpr int looks_a_second = 50, patience = 10;
  int outlived = 0;
  for (int looks = 1;; ++looks) {
    const pid_t ended = waitpid(pid, nullptr, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) break;
    std::this_thread::sleep_for(look);
    if (looks % looks_a_second != 0) continue;
    const auto told = read_report(report);
    if (told && told->lost && ++outlived == patience) kill(pid, SIGKILL);
  }
}

}  // namespace

int rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK"}) {
    if (const auto value = whole_number(environment(name))) return static_cast<int>(*value);
  }
  if (whole_number(environment("SLURM_STEP_NUM_TASKS")).value_or(0) > 1) {
    throw InputError(
        "srun: started stormsweep without telling MPI about its ranks; use srun --mpi=pmix, or no srun at all");
  }
  return -1;
}

void leave_report(const Report& report) {
  if (const auto path = environment(status_file); !path.empty()) {
    std::ofstream(fs::path(path)) << report.status << ' ' << report.again << ' ' << report.lost << '\n';
  }
}

Report mpirun(int workers, const Arguments& arguments, const std::map<std::string, std::string>& environment) {
  const std::vector<std::string> command = mpirun_command(workers, arguments);
  std::string path = (fs::temp_directory_path() / "stormsweep-status-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) throw InputError(path + ": cannot be made; set TMPDIR to a folder that can be written");
  close(file);

  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);                     // Ctrl-C at the terminal is for us to translate
    prctl(PR_SET_PDEATHSIG, SIGUSR1);  // if we are killed, drain; SIGTERM would reach the ranks half a minute late
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    setenv(status_file, path.c_str(), 1);
    if (geteuid() == 0) {
      setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 0);
      setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 0);
    }
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    process::become(command);
    _exit(127);
  }
  child = pid;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) handle(signal, [](int) { kill(child, SIGUSR1); });
  wait_for_mpirun(pid, path);
  const auto report = read_report(path);
  fs::remove(path);
  return report.value_or(Report{.status = exit_master_lost});
}

int own_command(const std::vector<std::string>& words) {
  std::vector<std::string> command{self().string()};
  command.insert(command.end(), words.begin(), words.end());
  const pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);                     // as above: Ctrl-C is for us to translate
    prctl(PR_SET_PDEATHSIG, SIGUSR1);  // if we are killed, drain
    dup2(STDERR_FILENO, STDOUT_FILENO);
    process::become(command);
    _exit(127);
  }
  child = pid;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) handle(signal, [](int) { kill(child, SIGUSR1); });
  return process::wait_for(pid);
}

std::string worker_program() {
  return (self().parent_path() / "stormsweep-worker").string();
}

void become_worker(const Arguments& arguments) {
  std::vector<std::string> command{worker_program()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  process::become(command);
  throw InputError(command[0] + ": " + std::strerror(errno) + "; it belongs beside stormsweep: build both");
}

const std::atomic<bool>& drain_on_signal() {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) handle(signal, [](int) { drain = true; });
  return drain;
}

}  // namespace stormsweep::launch
