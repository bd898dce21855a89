#include "experiments/command/command_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "search/base/process.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

namespace {

constexpr Seconds longest_want{10}, pause{0.2};

/// Whether the system refuses a process for want of processes or memory, perhaps only now.
bool is_want(int error) {
  return error == EAGAIN || error == ENOMEM;
}

/// Variables of an MPI job, and those by which `stormsweep run` instructs its rank 0: a search that a command starts
/// would take them for its own.
constexpr std::array<std::string_view, 7> of_the_job{"OMPI_", "PMIX_",  "PMI_",       "PRTE_",
                                                     "ORTE_", "HYDRA_", "STORMSWEEP_"};
/// Variables that tell the ranks of a Slurm step apart: they would make PyTorch Lightning take a command for one of
/// many ranks.
constexpr std::array<std::string_view, 7> of_a_step{"SLURM_NTASKS", "SLURM_NPROCS",  "SLURM_TASKS_PER_NODE",
                                                    "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID",
                                                    "SLURM_STEP"};

bool of_a_launcher(std::string_view variable) {
  const auto starts = [&](std::string_view prefix) { return variable.starts_with(prefix); };
  return std::ranges::any_of(of_the_job, starts) || std::ranges::any_of(of_a_step, starts);
}

std::filesystem::path tender_program() {
  return process::program_of(getpid()).parent_path() / "stormsweep-tend";
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct Actions {
  posix_spawn_file_actions_t actions;

  explicit Actions(const std::filesystem::path& folder) {
    posix_spawn_file_actions_init(&actions);
    const auto open = [&](int descriptor, const std::filesystem::path& file, int flags) {
      posix_spawn_file_actions_addopen(&actions, descriptor, file.c_str(), flags, 0666);
    };
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    open(STDOUT_FILENO, folder / "stdout", O_WRONLY | O_CREAT | O_APPEND);
    open(STDERR_FILENO, folder / "stderr", O_WRONLY | O_CREAT | O_APPEND);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  }
  Actions(const Actions&) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&actions); }
};

/// The command starts with the signals that this process ignores or blocks at their defaults.
struct Attributes {
  posix_spawnattr_t attributes;

  Attributes() {
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD, SIGPIPE, SIGALRM}) sigaddset(&signals, signal);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Attributes(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes); }
};

}  // namespace

CommandProcess::CommandProcess(const Start& start) {
  const std::filesystem::path program = tender_program();
  std::vector<std::string> words{program.string(), std::to_string(getpid()), fmt::format("{}", start.grace)};
  words.insert(words.end(), start.words.begin(), start.words.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : start.environment) environment.push_back(name + '=' + value);
  const Actions actions(start.folder);
  const Attributes attributes;
  const auto spawn = [&] {
    return posix_spawn(&tender_, program.c_str(), &actions.actions, &attributes.attributes, pointers(words).data(),
                       pointers(environment).data());
  };
  int error = spawn();
  for (const Seconds end = steady_time() + longest_want; is_want(error) && steady_time() < end; error = spawn())
    std::this_thread::sleep_for(pause);
  if (is_want(error))
    throw std::runtime_error(fmt::format("cannot be started ({}); {}", std::strerror(error), process::start_remedy));
  if (error != 0)
    throw std::runtime_error(fmt::format("{} cannot be started ({}); it belongs beside stormsweep-worker",
                                         program.string(), std::strerror(error)));
  ended_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, tender_, 0)));
}

CommandProcess::~CommandProcess() {
  if (tender_ == 0) return;
  stop();
  waitpid(tender_, nullptr, 0);
}

std::optional<ProcessEnd> CommandProcess::wait(std::chrono::milliseconds longest) {
  pollfd end{.fd = *ended_, .events = POLLIN, .revents = 0};
  poll(&end, 1, static_cast<int>(longest.count()));
  int status = 0;
  if (waitpid(tender_, &status, WNOHANG) != tender_) return std::nullopt;
  tender_ = 0;
  return WIFSIGNALED(status) ? ProcessEnd{0, WTERMSIG(status)} : ProcessEnd{WEXITSTATUS(status), 0};
}

void CommandProcess::stop() {
  kill(tender_, SIGTERM);
}

std::map<std::string, std::string> environment_without_launchers() {
  std::map<std::string, std::string> kept;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals != text.npos && !of_a_launcher(text)) kept.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return kept;
}

}  // namespace stormsweep
