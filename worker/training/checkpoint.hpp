#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/space/outcome.hpp"
#include "worker/training/training_loop.hpp"

namespace stormsweep {

/// The state of a training beside its loop.
struct TrainingProgress {
  Timings timings;                   ///< so far
  std::vector<EpochRecord> records;  ///< since the last milestone; right after one, those before it
  std::string computed_with = {};    ///< in a loaded checkpoint: what `computing_with` told when it was saved, if known
};

/// What the last bits of a training depend on beside its configuration: "--threads 2, Intel(R) ..., LibTorch 1.13.1".
std::string computing_with();

/// The file that holds the state of one training. It appears whole or not at all, whatever happens meanwhile.
class Checkpoint {
 public:
  explicit Checkpoint(std::filesystem::path file) : file_(std::move(file)) {}

  /// Restores `loop`; returns nothing, and leaves `loop` as it was, where there is no file. Throws
  /// std::filesystem::filesystem_error where that cannot be found out, c10::Error where the file cannot be read
  /// (it is damaged, or of another version, say).
  std::optional<TrainingProgress> load(TrainingLoop& loop) const;
  void save(TrainingLoop& loop, const TrainingProgress& progress) const;
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

}  // namespace stormsweep
