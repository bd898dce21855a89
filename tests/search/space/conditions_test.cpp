#include "search/space/conditions.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Value number(std::int64_t value) {
  return value;
}

/// Three axes: 0 with 1, 2, 3; 1 with 5, 6 when 0 is 2 or 3; 2 with 0, 8 when 1 is 6. All defaults are 0.
std::vector<Axis> chain() {
  std::vector<Axis> axes{
      {0, {number(1), number(2), number(3)}}, {1, {number(5), number(6), number(0)}}, {2, {number(0), number(8)}}};
  axes[1].when = {{0, {number(2), number(3)}}};
  axes[1].own_default = true;
  axes[2].when = {{1, {number(6)}}};
  return axes;
}

const Configuration zeros{{number(0), number(0), number(0)}};

Digits settled(Digits digits) {
  auto axes = chain();
  Conditions(axes, zeros).settle(digits);
  return digits;
}

}  // namespace

TEST_CASE("digits stand for those with defaults where conditions do not hold, along chains") {
  CHECK(settled({0, 1, 1}) == Digits{0, 2, 0});  // 1 is not among 2, 3; so axis 1 is at 0, not 6
  CHECK(settled({1, 0, 1}) == Digits{1, 0, 0});
  CHECK(settled({2, 1, 1}) == Digits{2, 1, 1});
  CHECK(settled({2, 2, 1}) == Digits{2, 0, 0});  // the default's own digit is no choice
}

TEST_CASE("exclusions leave what settles to itself, and nothing else") {
  const auto axes = chain();
  const Conditions conditions(axes, zeros);
  const Grid grid({3, 3, 2}, conditions.exclusions());
  for (std::uint64_t i = 0; i < grid.size(); ++i) {
    const Digits digits = grid.digits(i);
    CHECK(grid.excluded(digits) == (settled(digits) != digits));
  }
  CHECK(grid.count() == 1 + 2 * (1 + 2));  // by hand
}

TEST_CASE("conditions hold by value") {
  const std::vector<Condition> when{{0, {number(2), number(3)}}, {1, {number(0)}}};
  CHECK(holds(when, {{number(3), number(0)}}));
  CHECK_FALSE(holds(when, {{number(1), number(0)}}));
  CHECK_FALSE(holds(when, {{number(3), number(5)}}));
}

TEST_CASE("circles are found, and what nothing meets") {
  auto axes = chain();
  CHECK(Conditions(axes, zeros).circular().empty());
  CHECK(Conditions(axes, zeros).never_met().empty());
  axes[2].when[0].values[0] = number(7);
  CHECK(Conditions(axes, zeros).never_met() == std::vector<std::size_t>{2});
  axes[1].when = {{2, {number(8)}}};
  CHECK(Conditions(axes, zeros).circular().size() == 2);
}
