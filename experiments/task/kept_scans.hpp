#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep {

/// What passes over a search's data have found, kept in a folder: a job that continues need not read again what has not
/// changed since.
class KeptScans {
 public:
  /// Without a folder nothing is kept.
  explicit KeptScans(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Reads files, and tells which share of them it has read.
  using Scan = std::function<std::string(const std::function<void(double)>& progress)>;

  /// What `scan` finds of `files`, as text, or found before, if each file has the size, the number and the times of
  /// writing and of change that it had then. `kind` tells scans of the same files apart; it ends in a number, which is
  /// raised whenever the scan finds or refuses something else. Shows how far the scan is. Throws what `scan` throws.
  /// Keeps nothing then, nor where the folder does not take it, or a file was written in the last seconds: a later
  /// change may bear the same time.
  std::string find(std::string_view kind, const std::vector<std::filesystem::path>& files, const Scan& scan) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace stormsweep
