#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/radar/radar_files.hpp"

namespace stormsweep {

/// The images of many files, of one quantity and one kind of grid.
struct RadarArchive {
  std::int64_t files = 0;            ///< with images in them
  std::vector<RadarImage> images;    ///< by sequence and time; sequences numbered from 0 over all files
  std::vector<std::string> skipped;  ///< a line each: unreadable files, and why
  std::vector<std::string> notes;  ///< a line for each different note on images: with the first file, and how many more
};

/// `paths`: files, or folders (every file in and below them that does not begin with a dot). `variable`: that of
/// list_radar_images. `strict` refuses what cannot be read instead of skipping it. `progress` is given the files done,
/// and of how many. Throws InputError: no such file, nothing readable, mixed grids or quantities, two images of one
/// time in a sequence, and what list_radar_images refuses. Images of SEVIR's events may lie elsewhere, but must have
/// the same size.
RadarArchive list_archive(const std::vector<std::filesystem::path>& paths, const std::string& variable, bool strict,
                          const std::function<void(std::int64_t, std::int64_t)>& progress);

/// "2010-08-26 01:35:00 UTC".
std::string words_of(std::int64_t time);

}  // namespace stormsweep
