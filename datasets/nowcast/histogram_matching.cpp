#include "datasets/nowcast/histogram_matching.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace stormsweep {

namespace {

/// A window along one axis: pixels [first, first + weights.size()).
struct Section {
  std::int64_t first = 0;
  std::vector<double> weights;
};

std::vector<Section> sections(std::int64_t side, std::int64_t window) {
  if (side <= window) return {{0, std::vector<double>(static_cast<std::size_t>(side), 1)}};
  const std::int64_t half = window / 2;
  std::vector<Section> result;
  for (std::int64_t centre = 0; centre < side + half; centre += half) {
    Section section{std::max<std::int64_t>(0, centre - half), {}};
    for (std::int64_t i = section.first; i < std::min(side, centre + half); ++i) {
      const double distance = std::abs(static_cast<double>(i - centre) + 0.5);
      section.weights.push_back(1 - distance / static_cast<double>(half));
    }
    if (!section.weights.empty()) result.push_back(std::move(section));
  }
  return result;
}

/// A pixel of a window.
struct Pixel {
  float value = 0;
  std::size_t place = 0;  ///< in the image
  double weight = 0;
};

/// Adds the weighted values of one window to `sums`. Sorts both.
void match(std::vector<Pixel>& pixels, std::vector<float>& reference, std::vector<double>& sums) {
  std::ranges::sort(pixels, {}, &Pixel::value);
  std::ranges::sort(reference);
  for (std::size_t first = 0; first < pixels.size();) {
    std::size_t end = first;
    double sum = 0;
    for (; end < pixels.size() && pixels[end].value == pixels[first].value; ++end) sum += reference[end];
    const double mean = sum / static_cast<double>(end - first);
    for (; first < end; ++first) sums[pixels[first].place] += pixels[first].weight * mean;
  }
}

}  // namespace

std::vector<float> match_histogram(std::span<const float> image, std::span<const float> reference, std::int64_t height,
                                   std::int64_t width, std::int64_t window) {
  std::vector<double> sums(image.size(), 0);
  std::vector<Pixel> pixels;
  std::vector<float> values;
  for (const Section& rows : sections(height, window)) {
    for (const Section& columns : sections(width, window)) {
      pixels.clear(), values.clear();
      for (std::size_t i = 0; i < rows.weights.size() * columns.weights.size(); ++i) {
        const std::size_t row = i / columns.weights.size(), column = i % columns.weights.size();
        const auto place = (static_cast<std::size_t>(rows.first) + row) * static_cast<std::size_t>(width) +
                           static_cast<std::size_t>(columns.first) + column;
        if (std::isnan(image[place]) || std::isnan(reference[place])) continue;
        pixels.push_back({image[place], place, rows.weights[row] * columns.weights[column]});
        values.push_back(reference[place]);
      }
      match(pixels, values, sums);
    }
  }
  std::vector<float> result(image.begin(), image.end());
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (!std::isnan(image[i]) && !std::isnan(reference[i])) result[i] = static_cast<float>(sums[i]);
  }
  return result;
}

}  // namespace stormsweep
