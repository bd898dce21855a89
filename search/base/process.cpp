#include "search/base/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/text.hpp"

namespace stormsweep::process {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  return words;
}

/// Not by fork, which MPI does not like; besides, until it becomes the command a forked child would handle signals by
/// this process's handlers.
int spawn(const std::vector<std::string>& command, int output, bool errors_too, pid_t& pid) {
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_adddup2(&streams, output, STDOUT_FILENO);
  if (errors_too) posix_spawn_file_actions_adddup2(&streams, output, STDERR_FILENO);
  const int error = posix_spawnp(&pid, command.at(0).c_str(), &streams, nullptr, pointers(command).data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  return error;
}

bool is_program(const std::filesystem::path& file) {
  return access(file.c_str(), X_OK) == 0 && !std::filesystem::is_directory(file);
}

}  // namespace

void become(const std::vector<std::string>& command) {
  const std::vector<char*> words = pointers(command);
  execvp(words[0], words.data());
}

std::filesystem::path find_program(const std::string& program) {
  if (program.find('/') != program.npos) return is_program(program) ? program : std::string();
  std::istringstream folders{std::string(environment("PATH"))};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const auto file = std::filesystem::path(folder) / program; is_program(file)) return file;
  return {};
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::filesystem::path program_of(pid_t pid) {
  constexpr std::string_view mark = " (deleted)";  // proc(5): behind the path of a file that is no longer there
  std::error_code gone;
  std::string path = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone).string();
  if (path.ends_with(mark) && !std::filesystem::exists(path)) path.resize(path.size() - mark.size());
  return path;
}

bool alive(pid_t pid) {
  if (kill(pid, 0) != 0 && errno != EPERM) return false;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat);
  const std::size_t name_end = stat.rfind(')');  // "pid (name) state ..."
  return name_end == std::string::npos || name_end + 2 >= stat.size() || stat[name_end + 2] != 'Z';
}

std::vector<pid_t> children(pid_t pid) {
  std::vector<pid_t> found;
  std::error_code ended;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", ended)) {
    std::ifstream file(thread.path() / "children");
    for (pid_t child = 0; file >> child;) found.push_back(child);
  }
  return found;
}

std::vector<pid_t> descendants(pid_t pid) {
  std::vector<pid_t> found = children(pid);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<pid_t> next = children(found[i]);
    found.insert(found.end(), next.begin(), next.end());
  }
  return found;
}

std::string capture(const std::vector<std::string>& command, int& status, Capture what,
                    const std::function<void(pid_t)>& running) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) refuse_file(command.at(0), "no pipe for what it says", start_remedy);
  pid_t pid = 0;
  const int error = spawn(command, ends[1], what == Capture::all, pid);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    errno = error;
    if (error == EAGAIN || error == ENOMEM) refuse_file(command.at(0), "cannot be started", start_remedy);
    status = 127;
    return {};
  }
  running(pid);
  std::string output;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) output.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  status = wait_for(pid);
  running(0);
  return output;
}

void check_surroundings() {
  constexpr const char* names[] = {"standard input", "standard output", "standard error"};
  for (int stream : {STDERR_FILENO, STDOUT_FILENO, STDIN_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0)
      throw InputError(std::string(names[stream]) + ": is closed; give it a file, or /dev/null");
  }
  std::error_code gone;
  static_cast<void>(std::filesystem::current_path(gone));
  if (gone)
    throw InputError("the working folder: no longer exists (" + gone.message() + "); change to another with cd");
}

}  // namespace stormsweep::process
