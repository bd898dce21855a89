#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/base/time.hpp"

namespace stormsweep {

/// The process that writes a search, as stored in its row of `searches`.
struct ProcessIdentity {
  std::string host;  ///< in a container also its PID namespace, outside which process ids mean nothing
  std::int64_t pid = 0;
  std::string job;  ///< SLURM_JOB_ID, which a requeued job keeps, and its number of requeues: 7.1; empty outside Slurm
  double seen = 0;  ///< its last commit, seconds since 1970-01-01 UTC by its own clock
  bool operator==(const ProcessIdentity&) const = default;
};

/// A writer gives a sign of life with every commit, and after so long if it has nothing to write.
inline constexpr Seconds sign_of_life{10};
/// After so many seconds without a sign of life a writer is taken for dead.
inline constexpr double writer_patience = 60;

/// This process; `seen` is now.
ProcessIdentity this_process();
/// This process without its job, for a mere reader, which may run within the writer's job.
ProcessIdentity onlooker();

/// "search 's' is being written by process 5 on node1, which last did so 3 s ago".
std::string being_written(const std::string& search, const ProcessIdentity& writer, const ProcessIdentity& self);

/// Whether `other` may still write, as `self` judges from one look. On our host: if its process exists and was seen
/// recently, or runs our program and started before it was last seen. On another host: if it was seen recently, as far
/// as the two clocks agree, unless it was an earlier run of our own Slurm job.
bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self);

/// Watches a writer before its search is taken over. On another host it is alive as long as its sign of life keeps
/// changing, timed by our own clock, since that host's may differ.
class WriterWatch {
 public:
  explicit WriterWatch(Seconds patience) : patience_(patience) {}

  /// Whether `writer`, as read from its row at time `now`, may still write. Call repeatedly; there may be no writer.
  bool may_be_alive(const std::optional<ProcessIdentity>& writer, const ProcessIdentity& self, Seconds now);
  /// Whether to go on calling: it is not yet known whether the writer is alive.
  bool undecided() const { return undecided_; }
  /// Then: "search 's' was last written on node1, 1 day 2 h ago; waiting up to 25 s to see whether that run still
  /// lives".
  std::string doubt(const std::string& search, const ProcessIdentity& self) const;

 private:
  /// Shorter for a writer that seems to have been silent for an hour: hardly any two clocks differ by that much.
  Seconds patience(const ProcessIdentity& writer, const ProcessIdentity& self) const;

  Seconds patience_, since_{0};
  std::optional<ProcessIdentity> sign_;  ///< the last sign of life, unchanged since `since_`
  bool changed_ = false, undecided_ = false;
};

}  // namespace stormsweep
