#include "tests/program/command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/places.hpp"
#include "tests/text_of.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::minutes most_patience(5);

fs::path folder_of(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

/// The fields of a process's or thread's `stat` after the program's name, which may hold blanks; empty if there is no
/// such process. proc(5): index 0 is the state, 1 the parent, 11 and 12 the user and system time in clock ticks.
std::vector<std::string> stat_fields(const fs::path& folder) {
  const std::string text = text_of(folder / "stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

std::string program_of(pid_t pid) {
  std::error_code gone;
  return fs::read_symlink(folder_of(pid) / "exe", gone).filename().string();
}

double cpu_seconds(const std::vector<std::string>& stat) {
  return (std::stod(stat[11]) + std::stod(stat[12])) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// What a process and its descendants are doing, one line per thread: its state, where in the kernel it waits, and its
/// processor time.
std::string standing(pid_t pid) {
  std::vector<pid_t> all = descendants(pid);
  all.insert(all.begin(), pid);
  std::ostringstream lines;
  for (const pid_t process : all) {
    std::error_code gone;
    for (const auto& thread : fs::directory_iterator(folder_of(process) / "task", gone))
      if (const auto stat = stat_fields(thread.path()); stat.size() > 12)
        lines << program_of(process) << ' ' << process << ", thread " << thread.path().filename().string() << ": "
              << stat[0] << ' ' << text_of(thread.path() / "wchan") << ' ' << cpu_seconds(stat) << " s\n";
  }
  return lines.str();
}

void redirect(int descriptor, const fs::path& path, int flags) {
  const int file = open(path.c_str(), flags, 0644);
  dup2(file, descriptor);
  close(file);
}

}  // namespace

std::string stormsweep_program() {
  return program_folder() / "stormsweep";
}
std::string worker_program() {
  return program_folder() / "stormsweep-worker";
}

std::string WorkFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(*this / name, std::ios::binary) << text;
  return (*this / name).string();
}

Words mpirun(const WorkFolder& folder, int ranks, const Words& command) {
  Words words{"env",
              "TMPDIR=" + folder.path().string(),
              "mpirun",
              "--oversubscribe",
              "--bind-to",
              "none",
              "--enable-recovery",
              "-n",
              std::to_string(ranks)};
  if (geteuid() == 0) words.insert(words.begin() + 3, "--allow-run-as-root");
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

Command::Command(const Words& words, const WorkFolder& folder) : folder_(folder) {
  static int number = 0;
  name_ = "command-" + std::to_string(++number);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  ::signal(SIGTERM, SIG_DFL);  // not doctest's, until the program begins
  setpgid(0, 0);
  if (chdir(folder.path().c_str()) != 0) _exit(126);
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
  redirect(STDOUT_FILENO, folder / (name_ + ".out"), O_WRONLY | O_CREAT);
  redirect(STDERR_FILENO, folder / (name_ + ".err"), O_WRONLY | O_CREAT);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

Command::~Command() {
  if (ended_) return;
  for (const pid_t child : descendants(pid_)) kill(child, SIGKILL);
  kill(pid_, SIGKILL);
  wait();
}

void Command::signal(int number) const {
  kill(pid_, number);
}

Ended Command::wait() {
  int status = 0;
  const bool over = eventually([&] { return waitpid(pid_, &status, WNOHANG) != 0; }, most_patience);
  if (!over) throw std::runtime_error("still runs:\n" + standing(pid_) + text_of(folder_ / (name_ + ".err")));
  ended_ = true;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(folder_ / (name_ + ".out")),
          text_of(folder_ / (name_ + ".err"))};
}

Ended run(const Words& words, const WorkFolder& folder) {
  return Command(words, folder).wait();
}

Ended run_stormsweep(Words words, const WorkFolder& folder) {
  words.insert(words.begin(), stormsweep_program());
  return run(words, folder);
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::vector<pid_t> descendants(pid_t pid, const std::string& program) {
  std::vector<pid_t> all, found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos) all.push_back(std::stoi(name));
  }
  std::vector<pid_t> parents{pid};
  for (std::size_t i = 0; i < parents.size(); ++i) {
    for (const pid_t child : all) {
      const auto fields = stat_fields(folder_of(child));
      if (fields.size() < 2 || std::stoi(fields[1]) != parents[i]) continue;
      parents.push_back(child);
      if (program.empty() || program_of(child) == program) found.push_back(child);
    }
  }
  return found;
}

std::vector<pid_t> trainers(pid_t pid) {
  auto found = descendants(pid, "stormsweep-runner");                    // of experiments that run by themselves
  return found.empty() ? descendants(pid, "stormsweep-worker") : found;  // and of all others
}

std::vector<pid_t> launchers(pid_t pid) {
  auto found = descendants(pid, "orterun");                 // Open MPI 4
  return found.empty() ? descendants(pid, "prte") : found;  // and 5
}

double cpu_seconds(pid_t pid) {
  const auto fields = stat_fields(folder_of(pid));
  if (fields.size() < 13) throw std::runtime_error("no process " + std::to_string(pid));
  return cpu_seconds(fields);
}

bool alive(pid_t pid) {
  const auto fields = stat_fields(folder_of(pid));
  return !fields.empty() && fields[0] != "Z";
}

bool is_stopped(pid_t pid) {
  const auto fields = stat_fields(folder_of(pid));
  return !fields.empty() && fields[0] == "T";
}

bool catches(pid_t pid, int signal) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("SigCgt:")) {
  }
  return line.starts_with("SigCgt:") && (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0;
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace stormsweep
