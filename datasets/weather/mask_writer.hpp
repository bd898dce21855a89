#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/files/partial_file.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// Writes predicted classes of samples to an HDF5 file: `masks` [samples, height, width] uint8 (0 background, 1
/// tropical cyclone, 2 atmospheric river), if wanted `probabilities` [samples, 3, height, width] float32, `names`
/// [samples] of text, `latitude` and `longitude`. The file appears whole or not at all. Throws InputError. Not for
/// several threads at once.
class MaskWriter {
 public:
  enum class Content { masks, masks_and_probabilities };

  MaskWriter(const std::filesystem::path& path, const WeatherGrid& grid, const std::vector<std::string>& names,
             Content content);
  /// `probabilities` [3, height, width] are ignored where they are not wanted.
  void write(std::int64_t sample, std::span<const std::uint8_t> mask, std::span<const float> probabilities);
  /// Call after the last sample.
  void publish();

 private:
  PartialFile file_;
  hdf5::Handle masks_, probabilities_;
};

}  // namespace stormsweep
