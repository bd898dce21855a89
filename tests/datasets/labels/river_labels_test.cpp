#include "datasets/labels/river_labels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace stormsweep;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// A grid of 1 degree over the Earth, dry except for what is planted.
struct World {
  WeatherGrid grid = global_grid(181, 360);
  std::vector<float> vapour = std::vector<float>(181 * 360, 1);

  /// Plants rows and columns [top, bottom) x [left, right) of the grid; columns are periodic.
  void plant(std::int64_t top, std::int64_t bottom, std::int64_t left, std::int64_t right, float value = 10) {
    for (std::int64_t row = top; row < bottom; ++row) {
      for (std::int64_t column = left; column < right; ++column)
        vapour[static_cast<std::size_t>(row * 360 + (column + 360) % 360)] = value;
    }
  }
  std::int64_t found(const RiverRule& rule) const { return std::ranges::count(river_labels(grid, vapour, rule), 1); }
};

/// Everything above 5, without damping.
const RiverRule plain{.percentile = 95, .threshold = 5, .damping = 0, .shortest = 1500, .widest = 1000};

}  // namespace

TEST_CASE("rivers: long and narrow regions, whose bounds are sharp") {
  World world;
  world.plant(120, 140, 100, 105);  // 20 degrees along a meridian, 5 wide, 29.5 N to 49.5 N
  const auto rivers = find_rivers(world.grid, world.vapour, plain);
  REQUIRE(rivers.size() == 1);
  CHECK(world.found(plain) == 100);
  const double length = rivers[0].length, width = rivers[0].area / rivers[0].extent;
  CHECK(length > 2224);  // the diagonal is longer than 20 degrees of latitude
  CHECK(width == doctest::Approx(5 * 111.2 * std::cos(39.5 * 3.14159 / 180)).epsilon(0.01));

  RiverRule rule = plain;
  rule.shortest = length * 1.0001;
  CHECK(world.found(rule) == 0);
  rule.shortest = length * 0.9999;
  CHECK(world.found(rule) == 100);
  rule.widest = width * 0.9999;
  CHECK(world.found(rule) == 0);
  rule.widest = width * 1.0001;
  CHECK(world.found(rule) == 100);
}

TEST_CASE("rivers: one that runs east is as wide as it is long, unless its length counts") {
  World world;
  world.plant(130, 134, 100, 130);  // 4 degrees by 30, 39.5 N to 43.5 N
  CHECK(world.found(plain) == 0);
  RiverRule rule = plain;
  rule.width = RiverWidth::over_length;
  CHECK(world.found(rule) == 120);
  rule.widest = 300;
  CHECK(world.found(rule) == 0);
}

TEST_CASE("rivers: one across the last column is the same river") {
  World inside, across;
  for (std::int64_t i = 0; i < 20; ++i) {  // aslant, 4 columns wide
    inside.plant(120 + i, 121 + i, 100 + i, 104 + i);
    across.plant(120 + i, 121 + i, 348 + i, 352 + i);
  }
  CHECK(across.found(plain) == 80);
  const auto one = find_rivers(inside.grid, inside.vapour, plain),
             other = find_rivers(across.grid, across.vapour, plain);
  REQUIRE(other.size() == 1);
  CHECK(other[0].length == doctest::Approx(one[0].length));
  CHECK(other[0].area == doctest::Approx(one[0].area));
}

TEST_CASE("rivers: pixels that touch only at corners are not connected") {
  World world;
  for (std::int64_t i = 0; i < 30; ++i) world.plant(120 + i, 121 + i, 100 + i, 101 + i);
  CHECK(world.found(plain) == 0);
}

TEST_CASE("rivers: the tropics are damped, by the percentile of the damped field") {
  World world;
  world.plant(89, 109, 10, 14, 50);     // 1 S to 18 N, the wettest by far
  world.plant(120, 140, 200, 204, 20);  // 30 N to 49 N
  RiverRule rule;
  rule.percentile = 99.8;  // 130 of 65160 pixels are above; 80 of the northern river are
  const auto mask = river_labels(world.grid, world.vapour, rule);
  const auto at = [&](std::int64_t row, std::int64_t column) {
    return mask[static_cast<std::size_t>(row * 360 + column)];
  };
  CHECK(at(130, 201) == 1);
  CHECK(at(90, 11) == 0);   // on the equator 50 is damped to nothing
  CHECK(at(108, 11) == 0);  // the rest is too short
  rule.damping = 0;
  CHECK(river_labels(world.grid, world.vapour, rule)[90 * 360 + 11] == 1);
}

TEST_CASE("rivers: missing values are no rivers, and no part of the percentile") {
  World world;
  world.plant(120, 140, 100, 105);
  world.plant(0, 90, 0, 360, missing);
  world.plant(130, 131, 102, 103, missing);
  world.plant(150, 170, 100, 105, std::numeric_limits<float>::infinity());
  RiverRule rule{.percentile = 99.5, .threshold = {}, .damping = 0, .shortest = 1500, .widest = 1000};
  CHECK(world.found(rule) == 99);
  std::ranges::fill(world.vapour, missing);
  CHECK(world.found(rule) == 0);
}

TEST_CASE("rivers: vapour transport") {
  const std::vector<float> u{3, -3}, v{4, 4}, q{0.01f, missing};
  const auto transport = vapour_transport(u, v, q);
  CHECK(transport[0] == doctest::Approx(0.05));
  CHECK(std::isnan(transport[1]));
}
