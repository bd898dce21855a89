#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "datasets/weather/weather_sizes.hpp"

namespace stormsweep {

/// How each channel is scaled while it is read: (x - offset) * factor.
struct ChannelScaling {
  ChannelScaling() { factor.fill(1); }
  std::array<float, weather_channels> offset{}, factor;
};

/// One sample, one HDF5 file. Two layouts are read:
/// Kurth et al. 2018: `climate/data` [16, height, width], `climate/labels` [labelings, height, width], `climate/stats`
/// [16, 4] (mean, max, min, deviation); DeepCAM (MLPerf HPC): `climate/data` [height, width, 16], `climate/labels_0`,
/// `climate/labels_1` ... [height, width]. Data are of any float type, labels of any number type: 0 background, 1
/// tropical cyclone, 2 atmospheric river.
///
/// Opening takes the lock of the HDF5 library, for a moment; reading contiguous data, which all of these files have,
/// does not: any number of threads may read at once.
class WeatherFile {
 public:
  /// Throws InputError: missing, not HDF5, cut short, not 16 channels, not floats, labels of another size than the
  /// data.
  explicit WeatherFile(const std::filesystem::path& path);
  WeatherFile(WeatherFile&&) noexcept;
  ~WeatherFile();

  std::int64_t height() const;
  std::int64_t width() const;
  int labelings() const;  ///< 0: none

  /// Reads the fields into [height, width, 16], whatever the file's layout; unchanged, unless `scaling` says otherwise.
  /// Throws InputError where the file ends too soon.
  void read(std::span<float> fields, const ChannelScaling& scaling = {}) const;
  /// Reads labeling `labeling` into [height, width]. Throws InputError, naming file, place and value, where one is not
  /// 0, 1 or 2, or where there is no such labeling.
  void read_labels(int labeling, std::span<std::uint8_t> labels) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stormsweep
