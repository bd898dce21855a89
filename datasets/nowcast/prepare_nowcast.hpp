#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/nowcast/nowcast_splits.hpp"

namespace stormsweep {

struct PreparedNowcast;

/// What is to be made of radar images (datasets/radar/radar_files.hpp).
struct RawRadar {
  std::vector<std::filesystem::path> paths;  ///< files, or folders: every file in and below them
  std::string variable = {};  ///< to be taken from NetCDF; empty: the one that is most likely all of the rain
  std::int64_t side = 256;    ///< pixels of a patch
  double step_minutes = 10;   ///< between frames; the multiple of the images' interval nearest to it
  std::int64_t patches = 0;   ///< of all splits together; 0: 8 per window, 10,000 at most
  std::uint64_t seed = 0;     ///< of the draw
  double validation_fraction = 0.1, test_fraction = 0.2;
  bool strict = false;  ///< refuse impossible rain, and unreadable files instead of leaving them out
  /// Called with the files, images, skipped and notes that were found, before they may turn out not to be enough. May
  /// be null.
  std::function<void(const PreparedNowcast&)> found = nullptr;
};

struct PreparedNowcast {
  std::int64_t files = 0, images = 0;
  std::vector<std::string> skipped;  ///< a line for each file or image that cannot be read
  std::vector<std::string> notes;    ///< a line for each contradiction within a file, and for impossible values
  double interval_minutes = 0;       ///< between images
  NowcastMeta meta;
  std::int64_t block = 1;                 ///< block x block pixels of an image became one
  std::array<std::int64_t, 3> windows{};  ///< of each split
  std::int64_t dropped_windows = 0;       ///< across a cut
  /// Validation has the training hours, at other places (split_by_place), since the sequence is too short for more.
  bool validation_by_place = false;
  std::array<std::string, 3> spans;  ///< of each split, in words: "2010-08-26 00:00:00 UTC to ..."
  double missing = 0;                ///< share of the patches' pixels that are missing: dry
  std::int64_t clipped = 0;          ///< pixels of patches beyond what a file holds
  NowcastSplitCounts counts;
};

/// Writes train.h5, test.h5 and validation.h5 into `folder`: together, or none. Validation has hours of its own where
/// the sequence is long enough (datasets/nowcast/nowcast_windows.hpp), else places of its own
/// (datasets/nowcast/nowcast_patch_draw.hpp), and is left out where the image is too small even for that. A sample is a
/// window of 13 images a step apart with none missing, and a place where no pixel that the loss sees
/// (datasets/nowcast/nowcast_patch_draw.hpp) is missing in any of them; other missing pixels become dry. It is drawn
/// with a probability that rises with the rain in its middle at the last input frame: weight = 0.1 mm/h (VIL: 1) + the
/// mean there. Images finer than 1 km are averaged over blocks. Reads every image twice, and holds those of one window.
/// `progress` is given the share done. Throws InputError: the folder cannot be written to (before anything is read), no
/// or bad input, images smaller than a patch, an empty split, a full disk.
PreparedNowcast prepare_nowcast(const RawRadar& raw, const std::filesystem::path& folder,
                                const std::function<void(double)>& progress);

}  // namespace stormsweep
