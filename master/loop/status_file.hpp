#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "search/base/private_folder.hpp"

/// What rank 0 reports to the command that started its job.
namespace stormsweep::launch {

/// Environment of rank 0 alone: the file's path.
inline constexpr const char* status_file = "STORMSWEEP_STATUS_FILE";

/// Whether such a command has started us, rather than mpirun or srun typed by a user.
bool launched();

struct Report {
  int status = 0;
  bool again = false;          ///< every worker died, but each cost a trial an attempt: start the job again at once
  bool lost = false;           ///< a rank died: perhaps with its host, for whose daemon mpirun would wait for ever
  std::uint64_t failures = 0;  ///< trials that failed in this run
};

/// For rank 0; without effect unless it was launched. MPI has started on all ranks; how the job has ended. On another
/// host, which has no such file, each is a line on standard error that begins with status_mark.
void leave_started();
void leave_report(const Report& report);
std::string status_mark(const std::string& path);

/// The command's side: a file in a folder of its own, removed with the object; empty until MPI has started.
class StatusFile {
 public:
  /// Throws InputError where it cannot be created, or there is no space for it.
  StatusFile();
  const std::string& path() const { return path_; }
  bool started() const;                 ///< whether rank 0 has started, or has reported
  std::optional<pid_t> master() const;  ///< rank 0's process id on its host, from its start to its report
  std::optional<Report> report() const;
  /// What rank 0 has left, from another host.
  void take(const std::string& line) const;

 private:
  PrivateFolder folder_;
  std::string path_;
};

}  // namespace stormsweep::launch
