#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_windows.hpp"
#include "datasets/radar/radar_files.hpp"

namespace stormsweep {

/// Means over blocks of block x block pixels of `image` [height, width], NaN where more than half are missing; pixels
/// left over at the lower and right edges are cut off. [height / block, width / block].
std::vector<float> block_means(const std::vector<float>& image, std::int64_t width, std::int64_t block);

/// What a file stores for a physical value, where `scale` is the value of 1: rounded, and at most `most_stored`.
inline constexpr std::uint16_t most_stored = 65534;
inline constexpr std::uint16_t missing_stored = 65535;  ///< only in memory, never in a file
std::vector<std::uint16_t> stored(std::span<const float> image, float scale);

/// Cuts patches out of images, and holds the images of one window at a time.
class PatchCutter {
 public:
  PatchCutter(std::span<const RadarImage> images, std::int64_t side, std::int64_t block, float scale)
      : images_(images), side_(side), block_(block), scale_(scale) {}

  /// The 13 frames of a patch, [13, side, side], valid until the next call; missing pixels are 0. Windows are best
  /// asked for in the order of their images. Throws InputError where an image cannot be read.
  std::span<const std::uint16_t> cut(const NowcastWindow& window, std::int64_t row, std::int64_t column);

  std::int64_t missing() const { return missing_; }  ///< pixels cut so far
  std::int64_t clipped() const { return clipped_; }

 private:
  const std::vector<std::uint16_t>& image(std::int64_t number);
  void forget_all_but(const NowcastWindow& window);

  std::span<const RadarImage> images_;
  std::int64_t side_, block_;
  float scale_;
  std::deque<std::pair<std::int64_t, std::vector<std::uint16_t>>> held_;  // by image number
  std::vector<std::uint16_t> patch_;
  std::int64_t missing_ = 0, clipped_ = 0;
};

}  // namespace stormsweep
