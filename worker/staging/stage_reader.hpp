#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "search/space/stage_plan.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stage_progress.hpp"

namespace stormsweep {

/// A copy in the folder of this rank's machine, under its name or in transit.
struct HeldCopy {
  StagedCopy what;
  std::filesystem::path path;
};
using HeldCopies = std::map<std::int64_t, HeldCopy>;  ///< by number of the file

/// Reads a plan's files, several at once: those on the shared file system, and copies of an earlier job.
class StageReader {
 public:
  struct Options {
    int readers;                      ///< files that are read at once
    std::function<bool()> abandoned;  ///< polled; if true, throws Abandoned; may be empty
  };

  StageReader(const StagePlan& plan, StageFolder& folder, StageProgress& progress, Options options)
      : plan_(plan), folder_(folder), progress_(progress), options_(std::move(options)) {}

  /// Those of `numbers` of which the folder has a noted copy whose checksum is still right.
  HeldCopies find(const std::vector<std::int64_t>& numbers);

  struct Reading {
    HeldCopies copies;                             ///< in transit
    std::map<std::int64_t, std::string> unusable;  ///< by number: the reason
    std::int64_t opened = 0, bytes = 0;
  };
  /// Copies `numbers`, opening each once. Throws InputError where the folder does not take them, Abandoned.
  Reading read(const std::vector<std::int64_t>& numbers);

 private:
  bool sound(const StagedCopy& noted, const StagePlan::File& file) const;
  bool holds(const std::filesystem::path& path, const StagedCopy& noted);
  void read_one(std::int64_t number, Reading& reading);
  std::string copy(const Descriptor& source, const StagePlan::File& file, CopyWriter& writer);
  void went_on(std::int64_t bytes);

  const StagePlan& plan_;
  StageFolder& folder_;
  StageProgress& progress_;
  Options options_;
  std::mutex mutex_;      // guards what `find` and `read` have collected
  std::mutex verifying_;  // held around plan_.verify
};

}  // namespace stormsweep
