#include "datasets/nowcast/nowcast_patch_cutter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "datasets/radar/impossible_rain.hpp"

namespace stormsweep {

std::vector<float> block_means(const std::vector<float>& image, std::int64_t width, std::int64_t block) {
  if (block == 1) return image;
  const std::int64_t rows = std::ssize(image) / width / block, columns = width / block;
  std::vector<float> means;
  means.reserve(static_cast<std::size_t>(rows * columns));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      double sum = 0;
      std::int64_t known = 0;
      for (std::int64_t i = 0; i < block * block; ++i) {
        const std::int64_t y = row * block + i / block, x = column * block + i % block;
        const float value = image[static_cast<std::size_t>(y * width + x)];
        if (!std::isnan(value)) sum += value, ++known;
      }
      const bool enough = 2 * known >= block * block;
      means.push_back(enough ? static_cast<float>(sum / static_cast<double>(known))
                             : std::numeric_limits<float>::quiet_NaN());
    }
  }
  return means;
}

std::vector<std::uint16_t> stored(std::span<const float> image, float scale) {
  std::vector<std::uint16_t> numbers(image.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    if (std::isnan(image[i]))
      numbers[i] = missing_stored;
    else
      numbers[i] = static_cast<std::uint16_t>(std::clamp(image[i] / scale + 0.5f, 0.0f, float{most_stored}));
  }
  return numbers;
}

const std::vector<std::uint16_t>& PatchCutter::image(std::int64_t number) {
  const auto known = std::ranges::find(held_, number, [](const auto& held) { return held.first; });
  if (known != held_.end()) return known->second;
  RadarFrame frame = read_radar_image(images_[static_cast<std::size_t>(number)]);
  clamp_rain(frame);
  held_.emplace_back(number, stored(block_means(frame.values, frame.grid.width, block_), scale_));
  return held_.back().second;
}

void PatchCutter::forget_all_but(const NowcastWindow& window) {
  // Images between two frames of this window are needed by the next windows.
  std::erase_if(
      held_, [&](const auto& held) { return held.first < window.images.front() || held.first > window.images.back(); });
}

std::span<const std::uint16_t> PatchCutter::cut(const NowcastWindow& window, std::int64_t row, std::int64_t column) {
  forget_all_but(window);
  patch_.clear();
  for (const std::int64_t number : window.images) {
    const std::vector<std::uint16_t>& pixels = image(number);
    const std::int64_t width = images_[static_cast<std::size_t>(number)].grid.width / block_;
    for (std::int64_t y = row; y < row + side_; ++y) {
      const auto begin = pixels.begin() + y * width + column;
      patch_.insert(patch_.end(), begin, begin + side_);
    }
  }
  for (std::uint16_t& pixel : patch_) {
    clipped_ += pixel == most_stored;
    missing_ += pixel == missing_stored;
    if (pixel == missing_stored) pixel = 0;
  }
  return patch_;
}

}  // namespace stormsweep
