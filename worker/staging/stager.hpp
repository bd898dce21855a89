#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

/// Which files go to which rank's machine. The same on all ranks.
struct StagePlan {
  struct File {
    std::filesystem::path source;  ///< on the shared file system
    std::string name;              ///< of its copy, below the folder: "train/data-2100-01-01-00-1.h5"
    std::string checksum;          ///< XXH3 (64 bits) of its bytes, 16 hexadecimal digits; empty: not known
  };
  std::vector<File> files;
  std::vector<int> ranks;  ///< of the channel, that take part: ascending, the same on all of them
  /// Numbers of the files that the `place`-th of `ranks` wants, if those of `unusable` cannot be had: a pure function,
  /// the same on all ranks, by which a file that is missing or corrupt is replaced by another draw. Throws InputError,
  /// then on all ranks, where too few are left.
  std::function<std::vector<std::int64_t>(int place, const std::set<std::int64_t>& unusable)> wanted;
  /// Throws InputError where a copy, at `path`, is not what it should be. Called by one thread at a time; may be empty.
  std::function<void(const std::filesystem::path& path)> verify;
};

struct StageOptions {
  std::chrono::duration<double> patience = std::chrono::seconds(60);  ///< with a silent mate; the same on all ranks
  int readers = 4;                                                    ///< files that a rank reads at once
  std::function<bool()> abandoned = {};                               ///< asked now and then: if so, throws Abandoned
  std::uint64_t number = 0;  ///< the same on all ranks; none of the last 8 stagings of the job had it
};

struct StageReport {
  std::int64_t opened = 0;  ///< files that this rank opened on the shared file system
  std::int64_t read_bytes = 0, received_bytes = 0, sent_bytes = 0;
  std::int64_t kept = 0;    ///< of `wanted`, were there already, from an earlier job
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

/// Brings to a folder on each rank's own disk the files that it wants. In the whole job each file is opened on the
/// shared file system at most once, by the rank that owns it (its number modulo the ranks), and goes from rank to rank
/// over MPI in blocks, so that memory stays bounded (16 MiB). Ranks of one machine, which are those that see the same
/// folder, share it: what several of them want is fetched once. A copy appears under its name when its checksum is
/// right. What an interrupted job left is kept and not fetched again, once its checksum is found right; where the plan
/// tells no checksum, as long as its source has the same size and time of writing (Kurth et al. 2018, section V-A1).
///
/// Two jobs may stage into one folder at once if they mean the same files by the same names: one waits for the other.
///
/// All ranks of the plan call it at once. Throws MateLost (worker/channel/relay.hpp) where a mate is silent for
/// `patience` or gives up, InputError where the disk is full or cannot be written to, and what `wanted` throws.
StageReport stage(MpiChannel& channel, const StagePlan& plan, const std::filesystem::path& folder,
                  const StageOptions& options = {});

}  // namespace stormsweep
