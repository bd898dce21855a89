#include "experiments/emulator/climate_curve.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace stormsweep;

namespace {

constexpr Colour red{200, 0, 0}, blue{0, 0, 200};

/// The ranges of rows and columns with a colour, outside the legend.
struct Extent {
  std::int64_t top = 1 << 20, left = 1 << 20, bottom = -1, right = -1;
  Extent(const Picture& picture, Colour colour, std::int64_t columns) {
    for (std::int64_t y = 0; y < picture.height; ++y)
      for (std::int64_t x = 0; x < columns; ++x)
        if (picture.at(y, x) == colour) {
          top = std::min(top, y), bottom = std::max(bottom, y);
          left = std::min(left, x), right = std::max(right, x);
        }
  }
};

}  // namespace

TEST_CASE("a curve goes from its first year to its last, larger numbers above, and stops where there are none") {
  const ClimateCurve curve{"t", "K", 2015, {{"level", red, {1, 1, 1, 1, 1}}, {"rising", blue, {NAN, 0, 1, 2, NAN}}}};
  const Picture picture = draw(curve).pixels();
  const Extent level(picture, red, 620), rising(picture, blue, 620);
  CHECK(level.bottom - level.top <= 3);
  CHECK(rising.top < level.top);
  CHECK(rising.bottom > level.bottom);
  // Half of the years, in the middle.
  CHECK(rising.left > level.left + 100);
  CHECK(rising.right < level.right - 100);
  CHECK(std::abs((rising.left - level.left) - (level.right - rising.right)) <= 4);
  CHECK(std::abs((rising.top + rising.bottom) - (level.top + level.bottom)) <= 4);
  CHECK(std::abs(2 * (rising.right - rising.left) - (level.right - level.left)) <= 8);
}

TEST_CASE("lines are distinct without colours, in the legend too") {
  const ClimateCurve curve{"", "K", 2015, {{"whole", red, {1, 1, 1}}, {"dashed", blue, {2, 2, 2}, 6}}};
  const Picture picture = draw(curve).pixels();
  for (const auto& [from, to] : {std::pair(0, 620), {620, 860}}) {
    const auto columns_of = [&](Colour colour) {
      std::int64_t columns = 0;
      for (std::int64_t x = from; x < to; ++x)
        for (std::int64_t y = 0; y < picture.height; ++y)
          if (picture.at(y, x) == colour) {
            ++columns;
            break;
          }
      return static_cast<double>(columns);
    };
    CHECK(columns_of(blue) < 0.7 * columns_of(red));  // 6 of 10 pixels
    CHECK(columns_of(blue) > 0.4 * columns_of(red));
  }
}

TEST_CASE("the unit of a curve stands above its numbers, and touches no year") {
  ClimateCurve curve{"", "K", 2015, {{"a", red, {1, 2, 3}}}};
  const Picture with = draw(curve).pixels();
  curve.unit = "";
  const Picture without = draw(curve).pixels();
  std::int64_t changed = 0;
  for (std::int64_t y = 0; y < with.height; ++y)
    for (std::int64_t x = 0; x < with.width; ++x)
      if (with.at(y, x) != without.at(y, x)) {
        ++changed;
        CHECK(y < 60);
        CHECK(x < 84);
      }
  CHECK(changed > 10);
}
