#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/weather/weather_file.hpp"

namespace stormsweep {

/// What is known of a folder of samples without opening them: made once, by all cores at once, and kept in its file
/// `index.json`; made anew where files have come, gone or changed in size or time of writing.
struct WeatherIndex {
  struct File {
    std::string name;           ///< within the folder
    std::int64_t bytes = 0;     ///< its size
    std::int64_t modified = 0;  ///< nanoseconds since 1970
    std::string checksum;       ///< XXH3 of its bytes, 16 hexadecimal digits; empty where it was not read whole
  };
  std::int64_t height = 0, width = 0;
  int labelings = 0;
  std::array<float, 16> minimum{}, maximum{};       ///< of each channel, over all samples
  std::vector<std::array<std::int64_t, 3>> pixels;  ///< of each class, over all samples; one a labeling
  std::vector<File> files;                          ///< in the order of their names
};

/// Samples of one folder (*.h5), all of one size.
class WeatherSet {
 public:
  /// Reads the index, or makes it on `threads` threads; `progress` is then told the files read so far and their number.
  /// An index that cannot be written beside the data is an error only in that `kept()` is false. Throws InputError: no
  /// samples, files of different sizes or numbers of labelings (naming two of them), values that are not finite, and
  /// whatever WeatherFile throws: the same on any number of threads.
  explicit WeatherSet(const std::filesystem::path& folder, int threads = 1,
                      const std::function<void(std::int64_t, std::int64_t)>& progress = {});

  const std::filesystem::path& folder() const { return folder_; }
  const WeatherIndex& index() const { return index_; }
  bool kept() const { return kept_; }
  std::int64_t size() const { return static_cast<std::int64_t>(index_.files.size()); }
  /// Of file i on the shared file system.
  std::filesystem::path path(std::int64_t i) const;
  /// From now on, a copy of that name in `folder`, on a disk of this machine, is read instead, where there is one.
  void use_copies(const std::filesystem::path& folder);
  /// Opens file i, or its copy. Throws InputError where it is no longer of the size that the index tells.
  WeatherFile open(std::int64_t i) const;

 private:
  std::filesystem::path folder_, copies_;
  WeatherIndex index_;
  bool kept_ = true;
};

/// 16 hexadecimal digits that tell this set from others: names, sizes, checksums where known, else times of writing.
std::string fingerprint(const WeatherSet& set);

}  // namespace stormsweep
