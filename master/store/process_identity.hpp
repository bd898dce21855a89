#pragma once

#include <cstdint>
#include <string>

namespace stormsweep {

/// The process that writes a search, as its row in `searches` tells.
struct ProcessIdentity {
  std::string host;
  std::int64_t pid = 0;
  std::string job;  ///< SLURM_JOB_ID, which a requeued job keeps, and how often it was, 7.1; empty outside Slurm
  double seen = 0;  ///< its last commit, seconds since 1970-01-01 UTC
};

/// A writer gives a sign of life with every commit; after so many seconds without one it is taken for dead.
inline constexpr double writer_patience = 60;

/// This process; `seen` is now.
ProcessIdentity this_process();
/// The same without its job: who only looks, perhaps from within the job of the writer.
ProcessIdentity onlooker();

/// "search 's' is being written by process 5 on node1, which last did so 3 s ago".
std::string being_written(const std::string& search, const ProcessIdentity& writer, const ProcessIdentity& self);

/// Whether `other` may still write, judged by `self`. On our host its process tells: it is there, and was seen of late,
/// or runs our program since before it was last seen. On another host it is alive if it was seen of late, unless it was
/// an earlier run of our own Slurm job.
bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self);

}  // namespace stormsweep
