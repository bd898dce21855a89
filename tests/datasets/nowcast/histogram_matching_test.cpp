#include "datasets/nowcast/histogram_matching.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/base/random.hpp"

using namespace stormsweep;

namespace {

using Image = std::vector<float>;
constexpr float missing = std::numeric_limits<float>::quiet_NaN();

Image noise(std::int64_t pixels, std::uint64_t seed, std::uint64_t levels) {
  RandomStream random(seed);
  Image image(static_cast<std::size_t>(pixels));
  for (float& value : image) value = static_cast<float>(random.below(levels)) * 0.25f;
  return image;
}

/// Weight of a pixel in the window around `centre`, as the header defines it.
double weight(std::int64_t i, std::int64_t side, std::int64_t centre, std::int64_t window) {
  if (side <= window) return centre == 0 ? 1 : 0;
  return std::max(0.0, 1 - std::abs(static_cast<double>(i) + 0.5 - static_cast<double>(centre)) /
                               (static_cast<double>(window) / 2));
}

/// The definition, pixel by pixel and window by window.
Image twin(const Image& image, const Image& reference, std::int64_t height, std::int64_t width, std::int64_t window) {
  const auto at = [&](std::int64_t row, std::int64_t column) { return static_cast<std::size_t>(row * width + column); };
  Image result = image;
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      const std::size_t p = at(row, column);
      if (std::isnan(image[p]) || std::isnan(reference[p])) continue;
      double sum = 0, weights = 0;
      for (std::int64_t y = 0; y < height + window; y += window / 2) {
        for (std::int64_t x = 0; x < width + window; x += window / 2) {
          const double w = weight(row, height, y, window) * weight(column, width, x, window);
          if (w == 0) continue;
          std::size_t smaller = 0, equal = 0;
          Image values;
          for (std::int64_t i = 0; i < height; ++i) {
            for (std::int64_t j = 0; j < width; ++j) {
              const std::size_t q = at(i, j);
              if (weight(i, height, y, window) * weight(j, width, x, window) == 0) continue;
              if (std::isnan(image[q]) || std::isnan(reference[q])) continue;
              smaller += image[q] < image[p], equal += image[q] == image[p];
              values.push_back(reference[q]);
            }
          }
          std::ranges::sort(values);
          double mean = 0;
          for (std::size_t k = smaller; k < smaller + equal; ++k) mean += values[k] / static_cast<double>(equal);
          sum += w * mean, weights += w;
        }
      }
      result[p] = static_cast<float>(sum / weights);
    }
  }
  return result;
}

void check_same(const Image& a, const Image& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    if (std::isnan(b[i])) {
      CHECK(std::isnan(a[i]));
    } else {
      CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
    }
  }
}

}  // namespace

TEST_CASE("histogram matching: by hand: ranks, and equal pixels share") {
  CHECK(match_histogram(Image{3, 1, 2, 9}, Image{10, 40, 20, 30}, 1, 4, 8) == Image{30, 10, 20, 40});
  CHECK(match_histogram(Image{5, 0, 0, 7}, Image{0, 1, 4, 9}, 2, 2, 8) == Image{4, 0.5f, 0.5f, 9});
}

TEST_CASE("histogram matching: a window that stands alone gets the reference's very histogram") {
  Image image = noise(20 * 30, 1, 1u << 24);  // no two alike
  Image reference = noise(20 * 30, 2, 40);
  Image matched = match_histogram(image, reference, 20, 30, 30);
  const auto order = [](const Image& values) {
    std::vector<std::size_t> places(values.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
    std::ranges::sort(places, {}, [&](std::size_t i) { return values[i]; });
    return places;
  };
  const auto places = order(image);
  for (std::size_t i = 1; i < places.size(); ++i) CHECK(matched[places[i]] >= matched[places[i - 1]]);
  std::ranges::sort(matched);
  std::ranges::sort(reference);
  CHECK(matched == reference);
}

TEST_CASE("histogram matching: as its brute-force twin, with ties, missing pixels and every kind of edge") {
  for (const auto& [height, width, window] :
       {std::array<std::int64_t, 3>{12, 17, 4}, {9, 8, 6}, {5, 21, 8}, {13, 3, 6}, {7, 7, 2}, {1, 9, 4}}) {
    CAPTURE(width);
    Image image = noise(height * width, 3, 12), reference = noise(height * width, 4, 9);
    for (std::size_t i = 0; i < image.size(); i += 7) image[i] = missing;
    for (std::size_t i = 0; i < image.size(); i += 5) reference[i] = missing;
    check_same(match_histogram(image, reference, height, width, window), twin(image, reference, height, width, window));
  }
}

TEST_CASE("histogram matching: an image like its reference, or of nothing but missing pixels, stays as it is") {
  const Image image = noise(40 * 33, 5, 1u << 20);
  check_same(match_histogram(image, image, 40, 33, 16), image);
  const Image nothing(40 * 33, missing);
  check_same(match_histogram(image, nothing, 40, 33, 16), image);
  check_same(match_histogram(nothing, image, 40, 33, 16), nothing);
}
