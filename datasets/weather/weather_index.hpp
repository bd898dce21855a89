#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/weather/weather_sizes.hpp"

namespace stormsweep {

/// What is known of a folder of samples without opening them: made once, on all cores, and kept in its file
/// `index.json`; made anew where files have come, gone or changed in size or modification time, reusing the scans of
/// the others (sample_scans.hpp).
struct WeatherIndex {
  struct File {
    std::string name;           ///< within the folder
    std::int64_t bytes = 0;     ///< its size
    std::int64_t modified = 0;  ///< nanoseconds since 1970
    std::string checksum;       ///< sample_checksum; empty where it was not read
  };
  std::int64_t height = 0, width = 0;
  int labelings = 0;
  std::array<float, weather_channels> minimum{}, maximum{};       ///< of each channel, over all samples
  std::vector<std::array<std::int64_t, weather_classes>> pixels;  ///< of each class, over all samples; one a labeling
  std::vector<File> files;                                        ///< in the order of their names
};

/// The samples of a folder (*.h5), from the file system alone, in the order of their names; checksums are empty. Throws
/// InputError: no such folder, no samples.
std::vector<WeatherIndex::File> list_samples(const std::filesystem::path& folder);

/// XXH3 of a sample's bytes, 16 hexadecimal digits. Throws InputError: it cannot be read.
std::string sample_checksum(const std::filesystem::path& sample);

/// Whether both lists have the same names, sizes and modification times.
bool same_files(const std::vector<WeatherIndex::File>& a, const std::vector<WeatherIndex::File>& b);

/// Where a file about a folder of samples is looked for, and kept in the first place that can be written: in that
/// folder, and in `cache`, unless that is empty, under a name made from the folder's path.
std::vector<std::filesystem::path> places_beside(const std::filesystem::path& folder,
                                                 const std::filesystem::path& cache, const std::string& name);
inline constexpr const char* index_name = "index.json";

/// The index kept in a file, if it exists and is whole.
std::optional<WeatherIndex> read_index(const std::filesystem::path& file);

/// The index appears whole or not at all, even if others write it at the same time. False where no place can be
/// written.
bool write_index(const std::vector<std::filesystem::path>& places, const WeatherIndex& index);

/// 16 hexadecimal digits that distinguish sets: by names, sizes, checksums where known, else modification times.
std::string fingerprint(const WeatherIndex& index);

}  // namespace stormsweep
