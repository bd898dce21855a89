#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "datasets/weather/weather_index.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// What one sample adds to the index.
struct SampleScan {
  WeatherIndex::File file;  ///< as it was when read
  std::int64_t height = 0, width = 0;
  std::array<float, weather_channels> minimum{}, maximum{};       ///< of each channel
  std::vector<std::array<std::int64_t, weather_classes>> pixels;  ///< of each class; one element per labeling
};

/// What was found in the samples of a folder, one line per sample in `scans.jsonl` as soon as it is read: none is read
/// twice unless it has changed, however the first run ended.
class SampleScans {
 public:
  /// Reads the scans kept at `places`. Lines that cannot be understood are skipped.
  explicit SampleScans(std::vector<std::filesystem::path> places);

  /// The scan of a file with this name, size and modification time; null where it has not been read.
  const SampleScan* find(const WeatherIndex::File& file) const;
  /// Keeps a scan in the first place that can be written, if any.
  void add(const SampleScan& scan);

 private:
  /// Name, size and modification time: an older line of one place must not hide a newer one of another.
  using State = std::tuple<std::string, std::int64_t, std::int64_t>;
  static State state_of(const WeatherIndex::File& file);

  std::vector<std::filesystem::path> places_;
  std::map<State, SampleScan> known_;
  Descriptor file_;  ///< where lines are added, once there are any
};

}  // namespace stormsweep
