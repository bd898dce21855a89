#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/base/file.hpp"

namespace stormsweep {

/// How a process ended.
struct ProcessEnd {
  int status = 0;  ///< exit status
  int signal = 0;  ///< the one that ended it; 0: none
};

/// A command under the supervision of the program stormsweep-tend: when it ends, is stopped, or this process dies,
/// nothing that it has started is left.
class CommandProcess {
 public:
  struct Start {
    std::vector<std::string> words;  ///< the program is looked for on PATH
    std::map<std::string, std::string> environment;
    std::filesystem::path folder;  ///< working folder; its output goes to the files stdout and stderr there
    double grace = 10;             ///< seconds between SIGTERM and SIGKILL
  };

  /// Throws std::runtime_error where the command cannot be started. Call from the thread that lives as long as this
  /// process.
  explicit CommandProcess(const Start& start);
  CommandProcess(const CommandProcess&) = delete;
  CommandProcess& operator=(const CommandProcess&) = delete;
  ~CommandProcess();  ///< stops it and waits

  /// Waits for its end, for at most `longest`; nothing where it still runs.
  std::optional<ProcessEnd> wait(std::chrono::milliseconds longest);
  /// Sends SIGTERM to all its processes, and SIGKILL after the grace.
  void stop();

 private:
  pid_t tender_ = 0;
  Descriptor ended_;  ///< readable once it has ended
};

/// This process's environment without what mpirun, srun and `stormsweep run` have put there for one rank: a command
/// that calls MPI_Init must not join the search, nor one that runs a search of its own take up what this one has found.
std::map<std::string, std::string> environment_without_launchers();

}  // namespace stormsweep
