#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "datasets/storms/storm_patch_file.hpp"

namespace stormsweep {

/// A patch as it was read, and its number among all patches.
struct ReadPatch {
  std::int64_t number;
  std::span<const float> values;  ///< [32, 32, 3]; gone when the next is read
  float vorticity_max, vorticity_mean;

  bool finite() const;
};

/// The patches of several storm patch files, by date, within a date in the order given, a block at a time. Throws
/// InputError as StormPatchFile does.
class StormPatchReader {
 public:
  explicit StormPatchReader(const std::vector<std::filesystem::path>& paths);

  std::int64_t size() const { return size_; }
  void each(const std::function<void(const ReadPatch&)>& use) const;
  std::vector<std::int32_t> dates() const;  ///< YYYYMMDD of each patch
  PatchPlaces places() const;               ///< from i and j where all files have them, otherwise from centroids

 private:
  struct Source {
    std::filesystem::path path;
    std::int32_t date;
    std::int64_t size;
  };
  std::vector<Source> sources_;
  std::int64_t size_ = 0;
  bool has_grid_ = true;
};

}  // namespace stormsweep
