#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "search/base/time.hpp"
#include "search/space/stage_plan.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

struct StageOptions {
  Seconds patience = std::chrono::seconds(60);  ///< how long a mate may be silent; the same on all ranks
  int readers = 4;                              ///< files that a rank reads at once
  std::function<bool()> abandoned = {};         ///< polled; if true, throws Abandoned
  /// Called often, by one thread at a time, with the bytes that this rank has read and received, and about how many
  /// there will be.
  std::function<void(std::int64_t done, std::int64_t all)> progress = {};
  std::uint64_t number = 0;  ///< the same on all ranks; none of the last 8 stagings of the job had it
};

struct StageReport {
  std::int64_t opened = 0;  ///< files that this rank opened on the shared file system
  std::int64_t read_bytes = 0, received_bytes = 0, sent_bytes = 0;
  std::int64_t kept = 0;    ///< those of `wanted` that were there from an earlier job
  std::int64_t wanted = 0;  ///< files that this rank's machine has now
  double seconds = 0;
  std::map<std::int64_t, std::string> unusable;  ///< by number, a line each: file and reason; the same on all ranks

  struct Job {
    std::int64_t machines = 0;
    std::int64_t files = 0;                   ///< that anybody wanted and that are usable
    std::int64_t opened = 0, read_bytes = 0;  ///< by all ranks
    std::int64_t sent_bytes = 0;
  } job;  ///< of all ranks together; the same on all of them
};

/// Copies the files that each rank wants to a folder on its own disk. In the whole job each file is opened on the
/// shared file system at most once, by the rank that owns it (its number modulo the ranks), and goes from rank to rank
/// over MPI in blocks, so that memory stays bounded (16 MiB). Ranks of one machine, which are those that see the same
/// folder, share it: what several of them want is fetched once. A copy appears under its name when its checksum is
/// right. Copies of an interrupted job are reused if their checksum is right; where the plan has none, if also the
/// source's size and modification time are unchanged (Kurth et al. 2018, section V-A1).
///
/// Two jobs may stage into one folder at once if they mean the same files by the same names: one waits for the other.
///
/// `ranks`: those of the channel that take part, ascending; all of them call this at once. `make_plan` may take long:
/// mates still get signs of life. Throws MateLost (worker/channel/relay.hpp) where a mate is silent for `patience` or
/// gives up, InputError where the disk has no room or cannot be written to, and what `make_plan` and `wanted` throw.
StageReport stage(MpiChannel& channel, const std::vector<int>& ranks, const std::function<StagePlan()>& make_plan,
                  const std::filesystem::path& folder, const StageOptions& options = {});

}  // namespace stormsweep
