#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/base/time.hpp"

namespace stormsweep {

/// The process that writes a search, as its row in `searches` tells.
struct ProcessIdentity {
  std::string host;  ///< in a container with its namespace of process numbers, beyond which they mean nothing
  std::int64_t pid = 0;
  std::string job;  ///< SLURM_JOB_ID, which a requeued job keeps, and how often it was, 7.1; empty outside Slurm
  double seen = 0;  ///< its last commit, seconds since 1970-01-01 UTC by its clock
  bool operator==(const ProcessIdentity&) const = default;
};

/// A writer gives a sign of life with every commit; after so many seconds without one it is taken for dead.
inline constexpr double writer_patience = 60;
/// ... and at once after so many by the two hosts' clocks, which never differ by that: Slurm's munge allows 5 minutes.
inline constexpr double surely_gone = 3600;

/// This process; `seen` is now.
ProcessIdentity this_process();
/// The same without its job: who only looks, perhaps from within the job of the writer.
ProcessIdentity onlooker();

/// "search 's' is being written by process 5 on node1, which last did so 3 s ago".
std::string being_written(const std::string& search, const ProcessIdentity& writer, const ProcessIdentity& self);

/// Whether `other` may still write, judged by `self` at a glance. On our host its process tells: it is there, and was
/// seen of late, or runs our program since before it was last seen. On another host it is alive if it was seen of late,
/// as far as the two clocks agree, unless it was an earlier run of our own Slurm job.
bool may_be_alive(const ProcessIdentity& other, const ProcessIdentity& self);

/// Judges a writer by more than a glance, before its search is taken from it: on another host it lives while its sign
/// of life changes, by our own clock, for that host's may differ.
class WriterWatch {
 public:
  explicit WriterWatch(Seconds patience) : patience_(patience) {}

  /// Whether `writer`, as its row says at time `now`, may still write; there may be none. Ask again and again.
  bool may_be_alive(const std::optional<ProcessIdentity>& writer, const ProcessIdentity& self, Seconds now);
  /// Whether to ask longer: nothing has told yet that the writer lives.
  bool undecided() const { return undecided_; }

 private:
  Seconds patience_, since_{0};
  std::optional<ProcessIdentity> sign_;  ///< the last one, there since `since_`
  bool changed_ = false, undecided_ = false;
};

}  // namespace stormsweep
