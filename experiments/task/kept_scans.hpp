#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep {

/// Results of scans of a search's data, kept in a folder: a job that continues need not read unchanged files again.
class KeptScans {
 public:
  /// Without a folder nothing is kept.
  explicit KeptScans(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// Reads files, and reports to `progress` which share of them it has read.
  using Scan = std::function<std::string(const std::function<void(double)>& progress)>;

  /// What `scan` finds in `files`, as text; the earlier result if each file still has its size, inode number,
  /// modification time and change time. `kind` tells scans of the same files apart; it ends in a number, which is
  /// raised whenever the scan's results or refusals change. Shows how far the scan is. Throws what `scan` throws. Keeps
  /// nothing then, nor where the folder cannot be written, or a file was written in the last seconds: a later change
  /// might have the same time.
  std::string find(std::string_view kind, const std::vector<std::filesystem::path>& files, const Scan& scan) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace stormsweep
