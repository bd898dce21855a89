#include "datasets/storms/storm_augmentation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "search/base/random.hpp"

namespace stormsweep {

namespace {

constexpr double most_shift = 4;         // ours: an eighth of the side, so that the storm's core stays inside
constexpr std::int64_t least_crop = 24;  // ours: three quarters of the side
constexpr float centre = (storm_side - 1) / 2.0f;
constexpr std::ptrdiff_t row = storm_side * storm_channels;

/// Undoes rounding, so that quarter turns move points exactly onto points.
double snapped(double x) {
  return std::abs(x) < 1e-12 ? 0 : x;
}

/// The bilinear mean of the four points around (x, y), counted in points from the south-west corner; false if (x, y) is
/// outside.
bool sample(std::span<const float> patch, float x, float y, float* out) {
  constexpr float last = storm_side - 1;
  if (!(x >= 0 && x <= last && y >= 0 && y <= last)) return false;
  const auto column = static_cast<std::ptrdiff_t>(x), line = static_cast<std::ptrdiff_t>(y);
  const float east = x - static_cast<float>(column), north = y - static_cast<float>(line);
  // The neighbour beyond the last row or column would have no weight: stay inside.
  const std::ptrdiff_t right = column < storm_side - 1 ? storm_channels : 0, up = line < storm_side - 1 ? row : 0;
  const float* const p = patch.data() + line * row + column * storm_channels;
  for (std::ptrdiff_t c = 0; c < storm_channels; ++c) {
    const float south_value = p[c] + east * (p[right + c] - p[c]);
    const float north_value = p[up + c] + east * (p[up + right + c] - p[up + c]);
    out[c] = south_value + north * (north_value - south_value);
  }
  return true;
}

}  // namespace

StormTransform StormTransform::draw(std::uint64_t seed) {
  RandomStream random(seed);
  StormTransform transform;
  transform.angle = random.uniform(0, 2 * std::numbers::pi);
  transform.shift_x = random.uniform(-most_shift, most_shift);
  transform.shift_y = random.uniform(-most_shift, most_shift);
  transform.crop = least_crop + static_cast<std::int64_t>(random.below(storm_side - least_crop + 1));
  return transform;
}

void apply(const StormTransform& transform, WindRotation winds, std::span<const float> patch,
           std::span<const float, storm_channels> fill, std::span<float> out) {
  assert(patch.size() == storm_floats && out.size() == storm_floats && patch.data() != out.data());
  const auto cosine = static_cast<float>(snapped(std::cos(transform.angle)));
  const auto sine = static_cast<float>(snapped(std::sin(transform.angle)));
  const auto shift_x = static_cast<float>(transform.shift_x), shift_y = static_cast<float>(transform.shift_y);
  const std::int64_t first = (storm_side - transform.crop) / 2, end = first + transform.crop;

  float* point = out.data();
  for (std::int64_t line = 0; line < storm_side; ++line) {
    for (std::int64_t column = 0; column < storm_side; ++column, point += storm_channels) {
      const bool kept = line >= first && line < end && column >= first && column < end;
      // Where the point came from: undo the shift, then turn back clockwise about the centre.
      const float x = static_cast<float>(column) - centre - shift_x, y = static_cast<float>(line) - centre - shift_y;
      if (!kept || !sample(patch, cosine * x + sine * y + centre, cosine * y - sine * x + centre, point)) {
        std::copy(fill.begin(), fill.end(), point);
      } else if (winds == WindRotation::vectors) {
        const float u = point[1], v = point[2];
        point[1] = u * cosine - v * sine;
        point[2] = u * sine + v * cosine;
      }
    }
  }
}

}  // namespace stormsweep
