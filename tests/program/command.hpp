#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/folder.hpp"

namespace stormsweep {

using Words = std::vector<std::string>;

/// Paths of the programs under test.
std::string stormsweep_program();
std::string worker_program();

/// A test case's own folder, removed with it.
class WorkFolder : public TemporaryFolder {
 public:
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const;
};

/// `command` under mpirun, as a user may type it, with `ranks` ranks. Its temporary files are in `folder`: Open MPI 4
/// fails where another job, ending, removes those that jobs share.
Words mpirun(const WorkFolder& folder, int ranks, const Words& command);

/// How a command ended and what it printed.
struct Ended {
  int status = -1;  ///< exit status, or 128 + signal
  std::string out, err;
};

/// A command that runs in `folder`, with standard input closed and its output in files there. Destroyed while it runs,
/// it is killed together with everything that it has started.
class Command {
 public:
  Command(const Words& words, const WorkFolder& folder);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Throws when it has not ended after five minutes, with what its processes are doing: a hanging test says where it
  /// hangs.
  Ended wait();

 private:
  const WorkFolder& folder_;
  std::string name_;  ///< of the files of its output
  pid_t pid_;
  bool ended_ = false;
};

/// Runs a command to its end.
Ended run(const Words& words, const WorkFolder& folder);
/// `stormsweep <words>` to its end.
Ended run_stormsweep(Words words, const WorkFolder& folder);

/// Lines of a text, without the last one's newline.
std::size_t count_lines(const std::string& text);

/// Processes that `pid` has started, directly or not, whose program has this file name ("" for any).
std::vector<pid_t> descendants(pid_t pid, const std::string& program = "");
/// The ranks below `pid` that train, whichever program they run.
std::vector<pid_t> trainers(pid_t pid);
/// The mpirun that `pid` has started.
std::vector<pid_t> launchers(pid_t pid);
/// CPU seconds that a process has used, user and system.
double cpu_seconds(pid_t pid);
/// Whether it exists and is not a zombie.
bool alive(pid_t pid);
/// Whether it is stopped, by SIGSTOP or SIGTSTP.
bool is_stopped(pid_t pid);

/// Whether it has a handler of its own for a signal.
bool catches(pid_t pid, int signal);

/// Waits until `condition` holds; false if it did not within `limit`.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(60));

}  // namespace stormsweep
