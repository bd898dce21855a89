#include "datasets/storms/storm_augmentation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

using namespace stormsweep;

namespace {

using Patch = std::vector<float>;
constexpr std::array<float, 3> fill{-7, -8, -9};
constexpr double quarter = std::numbers::pi / 2;

float& point(Patch& patch, std::size_t row, std::size_t column, std::size_t channel) {
  return patch[(row * storm_side + column) * storm_channels + channel];
}

Patch random_patch() {
  Patch patch(storm_floats);
  std::uint32_t state = 1;
  for (float& value : patch) value = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 65536 - 100;
  return patch;
}

Patch transformed(const Patch& patch, const StormTransform& transform, WindRotation winds = WindRotation::vectors) {
  Patch out(storm_floats, 12345);
  apply(transform, winds, patch, fill, out);
  return out;
}

}  // namespace

TEST_CASE("the transformation that does nothing does nothing, to the last bit") {
  const Patch patch = random_patch();
  CHECK(transformed(patch, {}) == patch);
}

TEST_CASE("a quarter turn counter-clockwise moves east to north, and (u, v) to (-v, u), exactly") {
  Patch patch = random_patch();
  Patch turned = transformed(patch, {.angle = quarter});
  for (std::size_t r = 0; r < 32; ++r) {
    for (std::size_t c = 0; c < 32; ++c) {
      // (x, y) goes to (-y, x): column c, row r (0 = south) to column 31 - r, row c.
      CHECK(point(turned, c, 31 - r, 0) == point(patch, r, c, 0));
      CHECK(point(turned, c, 31 - r, 1) == -point(patch, r, c, 2));
      CHECK(point(turned, c, 31 - r, 2) == point(patch, r, c, 1));
    }
  }
  Patch as_in_the_paper = transformed(patch, {.angle = quarter}, WindRotation::paper);
  CHECK(point(as_in_the_paper, 0, 31, 1) == point(patch, 0, 0, 1));
}

TEST_CASE("four quarter turns come back to the start") {
  const Patch patch = random_patch();
  Patch turned = patch;
  for (int i = 0; i < 4; ++i) turned = transformed(turned, {.angle = quarter});
  CHECK(turned == patch);
}

TEST_CASE("a shift moves the patch east and north; what comes in is the fill") {
  Patch patch = random_patch();
  Patch moved = transformed(patch, {.shift_x = 3, .shift_y = 1});
  CHECK(point(moved, 5, 7, 0) == point(patch, 4, 4, 0));
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(point(moved, 0, 20, c) == fill[c]);
    CHECK(point(moved, 20, 2, c) == fill[c]);
  }
}

TEST_CASE("half a point of shift is the mean of neighbours") {
  Patch patch = random_patch();
  Patch moved = transformed(patch, {.shift_x = -0.5});
  CHECK(point(moved, 9, 9, 0) == doctest::Approx(0.5 * (point(patch, 9, 9, 0) + point(patch, 9, 10, 0))));
}

TEST_CASE("a crop keeps the middle and fills the rest") {
  Patch patch = random_patch();
  Patch cropped = transformed(patch, {.crop = 24});
  for (std::size_t r = 0; r < 32; ++r) {
    for (std::size_t c = 0; c < 32; ++c) {
      const bool kept = r >= 4 && r < 28 && c >= 4 && c < 28;
      CHECK(point(cropped, r, c, 0) == (kept ? point(patch, r, c, 0) : fill[0]));
    }
  }
}

TEST_CASE("a vortex keeps the sign and size of its rotation at any angle; the paper's resampling loses it") {
  Patch vortex(storm_floats);
  for (std::size_t r = 0; r < 32; ++r) {
    for (std::size_t c = 0; c < 32; ++c) {  // solid rotation, 2e-3 1/s of vorticity: u = -y, v = x per km
      point(vortex, r, c, 1) = -(static_cast<float>(r) - 15.5f);
      point(vortex, r, c, 2) = static_cast<float>(c) - 15.5f;
    }
  }
  const auto curl = [](Patch& p) {
    return point(p, 16, 17, 2) - point(p, 16, 15, 2) - point(p, 17, 16, 1) + point(p, 15, 16, 1);
  };
  const float before = curl(vortex);
  for (const double angle : {0.3, 1.0, 2.5, 4.0, 6.0}) {
    Patch turned = transformed(vortex, {.angle = angle});
    CHECK(curl(turned) == doctest::Approx(before).epsilon(1e-4));
    Patch paper = transformed(vortex, {.angle = angle}, WindRotation::paper);
    CHECK(curl(paper) == doctest::Approx(before * std::cos(angle)).epsilon(1e-4));
  }
}

TEST_CASE("drawn transformations are repeatable, in their ranges, and fill them") {
  double least_angle = 9, most_angle = -1, most_shift = 0;
  std::array<int, 33> crops{};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const StormTransform t = StormTransform::draw(seed), again = StormTransform::draw(seed);
    CHECK(t.angle == again.angle);
    CHECK(t.shift_x == again.shift_x);
    least_angle = std::min(least_angle, t.angle), most_angle = std::max(most_angle, t.angle);
    most_shift = std::max({most_shift, std::abs(t.shift_x), std::abs(t.shift_y)});
    REQUIRE(t.crop >= 24);
    REQUIRE(t.crop <= 32);
    ++crops[static_cast<std::size_t>(t.crop)];
  }
  CHECK(least_angle >= 0);
  CHECK(least_angle < 0.02);
  CHECK(most_angle < 2 * std::numbers::pi);
  CHECK(most_angle > 6.26);
  CHECK(most_shift <= 4);
  CHECK(most_shift > 3.99);
  for (std::size_t crop = 24; crop <= 32; ++crop) CHECK(crops[crop] > 150);  // 222 expected
}
