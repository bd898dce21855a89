#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/weather/weather_index.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

/// What one sample adds to the index.
struct SampleScan {
  WeatherIndex::File file;  ///< as it was when it was read
  std::int64_t height = 0, width = 0;
  std::array<float, weather_channels> minimum{}, maximum{};       ///< of each channel
  std::vector<std::array<std::int64_t, weather_classes>> pixels;  ///< of each class; one a labeling
};

/// What was found in the samples of a folder, a line each in `scans.jsonl` as soon as they are read: none is read
/// twice, however the first reading ended, but for those that have changed since.
class SampleScans {
 public:
  /// Reads those kept at `places`. Lines that cannot be understood are passed over.
  explicit SampleScans(std::vector<std::filesystem::path> places);

  /// Of a file of this name, size and time of writing; null where it has not been read.
  const SampleScan* find(const WeatherIndex::File& file) const;
  /// Keeps it in the first place that takes it, if any does.
  void add(const SampleScan& scan);

 private:
  std::vector<std::filesystem::path> places_;
  std::map<std::string, SampleScan> known_;  ///< by name
  Descriptor file_;                          ///< where lines are added, once there are any
};

}  // namespace stormsweep
