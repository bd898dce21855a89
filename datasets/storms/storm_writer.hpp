#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// Writes a split of `storms` storms, in the order given, without holding more than one block of them. The file appears
/// under its name only when `finish` returns. Throws InputError: unwritable folder, full disk.
class StormWriter {
 public:
  StormWriter(const std::filesystem::path& path, std::int64_t storms);
  StormWriter(StormWriter&&) noexcept;
  ~StormWriter();  ///< without finish: removes what was written
  void append(std::span<const float> patch, float vorticity_max, float vorticity_mean);
  /// Call after the last storm. `provenance`: by what and from what the file was made, as text.
  void finish(const StormStatistics& statistics, const std::string& provenance);
  /// `finish` in two steps, for files that appear together: after `seal` all is on the disk, under a temporary name.
  void seal(const StormStatistics& statistics, const std::string& provenance);
  void publish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace stormsweep
