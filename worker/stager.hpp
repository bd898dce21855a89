#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "worker/channel/channel.hpp"

namespace stormsweep {

/// Which files go to which rank's machine. The same on all ranks.
struct StagePlan {
  struct File {
    std::filesystem::path source;  ///< on the shared file system
    std::string name;              ///< of its copy, below the folder: "train/data-2100-01-01-00-1.h5"
    std::string checksum;          ///< XXH3 of its bytes, 16 hexadecimal digits; empty: not known
  };
  std::vector<File> files;
  std::vector<int> ranks;  ///< of the channel, that take part: ascending, the same on all of them
  /// Numbers of the files that the `place`-th of `ranks` wants, ascending, if those of `unusable` cannot be had: a
  /// pure function, the same on all ranks, by which a file that is missing or corrupt is replaced by another draw.
  std::function<std::vector<std::int64_t>(int place, const std::set<std::int64_t>& unusable)> wanted;
  /// Throws DataError where a copy, at `path`, is not what it should be.
  std::function<void(const std::filesystem::path& path)> verify;
};

struct StageReport {
  std::int64_t opened = 0;  ///< files that this rank opened on the shared file system
  std::int64_t read_bytes = 0, received_bytes = 0, sent_bytes = 0;
  std::int64_t kept = 0;    ///< files that were there already, from an earlier job
  std::int64_t wanted = 0;  ///< files that this rank's machine has now
  double seconds = 0;
  std::vector<std::string> unusable;  ///< one line each: file and reason; the same on all ranks
};

/// Brings to a folder on each rank's own disk the files that it wants. In the whole job each file is opened on the
/// shared file system at most once, by the rank that owns it (its number modulo the ranks), and goes from rank to rank
/// over MPI in blocks, so that memory stays bounded. Ranks of one machine share the folder: what several of them want
/// is fetched once. A copy appears under its name when its checksum is right; what an interrupted job left is kept, and
/// not fetched again (Kurth et al. 2018, section V-A1).
///
/// All ranks of the plan call it at once. A mate that is silent for `patience` is given up: throws std::runtime_error.
/// Throws DataError where the disk is full or cannot be written to, and where too few files are usable.
StageReport stage(Channel& channel, const StagePlan& plan, const std::filesystem::path& folder,
                  std::chrono::duration<double> patience = std::chrono::seconds(60));

}  // namespace stormsweep
