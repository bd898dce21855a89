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
  WeatherIndex::File file;  ///< as it was when it was read
  std::int64_t height = 0, width = 0;
  std::array<float, weather_channels> minimum{}, maximum{};       ///< of each channel
  std::vector<std::array<std::int64_t, weather_classes>> pixels;  ///< of each class; one a labeling
};

/// What was found in the samples of a folder, a line each in `scans.jsonl` as soon as they are read: none is read twice
/// unless it has changed, however the first run ended.
class SampleScans {
 public:
  /// Reads those kept at `places`. Lines that cannot be understood are passed over.
  explicit SampleScans(std::vector<std::filesystem::path> places);

  /// Of a file of this name, size and time of writing; null where it has not been read.
  const SampleScan* find(const WeatherIndex::File& file) const;
  /// Keeps it in the first place that takes it, if any does.
  void add(const SampleScan& scan);

 private:
  /// Name, size and time of writing: an older line of one place must not hide a newer one of another.
  using State = std::tuple<std::string, std::int64_t, std::int64_t>;
  static State state_of(const WeatherIndex::File& file);

  std::vector<std::filesystem::path> places_;
  std::map<State, SampleScan> known_;
  Descriptor file_;  ///< where lines are added, once there are any
};

}  // namespace stormsweep
