#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/storms/storm_splits.hpp"

namespace stormsweep {

/// How to convert NCAR's storm patch files (datasets/storms/storm_patch_file.hpp).
struct RawStorms {
  std::vector<std::filesystem::path> paths;  ///< files, or folders: every *.nc in and below them
  double validation_fraction = 0.1, test_fraction = 0.2;
};

struct PreparedStorms {
  std::int64_t files = 0, patches = 0;
  std::int64_t not_finite = 0;  ///< dropped: a missing or infinite value in a channel or in the vorticity
  std::int64_t on_the_cut = 0;  ///< dropped: points in two splits
  std::string split;            ///< how they were split, in words
  SplitCounts counts;
};

/// Writes train.h5, validation.h5 and test.h5 into `folder`: all three, or none, in the order of dates and names. Three
/// dates or more are split by date, fewer by place: neighbouring and overlapping patches show the same storm, so a
/// split by row, track or minute would leak. Reads every file twice, a block at a time. `progress` is given the patches
/// read, and of how many. Throws InputError: the folder cannot be written to (before anything is read), no or bad
/// input, an empty split, a full disk.
PreparedStorms prepare_storms(const RawStorms& raw, const std::filesystem::path& folder,
                              const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace stormsweep
