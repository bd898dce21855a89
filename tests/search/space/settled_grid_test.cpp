#include "search/space/settled_grid.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace stormsweep;

namespace {

Value integer(std::int64_t value) {
  return value;
}

/// `size` axes, of hyperparameters 0, 1, ..., with several digits each; half of them depend on earlier ones. All have
/// the default 0, which may be one of their values.
std::vector<Axis> random_axes(std::mt19937& random, std::size_t size) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < size; ++i) {
    Axis axis{i, {}};
    for (std::int64_t v = random() % 2; axis.values.empty() || random() % 3; ++v) axis.values.push_back(integer(v));
    for (std::size_t on = 0; on < i; ++on) {
      if (random() % 4) continue;
      Condition condition{on, {}};
      for (const Value& value : axes[on].values)
        if (random() % 2) condition.values.push_back(value);
      if (!condition.values.empty()) axis.when.push_back(condition);
    }
    if (!axis.when.empty() && axis.values[0] != integer(0)) {
      axis.values.push_back(integer(0));
      axis.own_default = true;
    }
    axes.push_back(axis);
  }
  std::shuffle(axes.begin(), axes.end(), random);
  return axes;
}

}  // namespace

TEST_CASE("points that stand for themselves are numbered once, whatever depends on what") {
  std::mt19937 random(1);
  std::uint64_t linked = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const std::size_t size = 1 + random() % 5;
    const auto axes = random_axes(random, size);
    const Conditions conditions(axes, {std::vector<Value>(size, integer(0))});
    std::vector<std::uint32_t> sizes;
    for (const Axis& axis : axes) sizes.push_back(axis.size());
    const Grid grid(sizes);
    std::set<Digits> expected;
    for (std::uint64_t i = 0; i < grid.size(); ++i) {
      Digits digits = grid.digits(i);
      conditions.settle(digits);
      if (digits == grid.digits(i)) expected.insert(digits);
    }
    const SettledGrid settled(conditions, sizes, {});
    REQUIRE(settled.size() == expected.size());
    std::set<Digits> found;
    for (std::uint64_t i = 0; i < settled.size(); ++i) {
      const Digits digits = settled.digits(i);
      CHECK(settled.index(digits) == i);
      found.insert(digits);
    }
    CHECK(found == expected);
    linked += settled.size() < grid.size();
  }
  CHECK(linked > 100);
}

TEST_CASE("without conditions the numbers are those of the grid, less an axis") {
  const std::vector<std::uint32_t> sizes{3, 4, 2, 5};
  const Grid grid(sizes), less({3, 2, 5});
  const SettledGrid all({}, sizes, {}), without({}, sizes, 1);
  CHECK(all.size() == grid.size());
  for (std::uint64_t i = 0; i < grid.size(); ++i) CHECK(all.digits(i) == grid.digits(i));
  CHECK(without.size() == less.size());
  for (std::uint64_t i = 0; i < less.size(); ++i) {
    CHECK(without.digits(i) == less.digits(i));
    CHECK(without.index(less.digits(i)) == i);
  }
}

TEST_CASE("values by the million and conditions by the thousand are not listed") {
  // Eight choices between two, each with an axis of 100 values of its own: eight parts of two blocks each.
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < 8; ++i) {
    axes.push_back({2 * i, {integer(0), integer(1)}});
    Axis axis{2 * i + 1, {}};
    for (std::int64_t v = 0; v < 100; ++v) axis.values.push_back(integer(v));
    axis.when = {{2 * i, {integer(1)}}};
    axes.push_back(axis);
  }
  const Conditions conditions(axes, {std::vector<Value>(16, integer(0))});
  std::vector<std::uint32_t> sizes;
  for (const Axis& axis : axes) sizes.push_back(axis.size());
  const SettledGrid settled(conditions, sizes, {});
  std::uint64_t expected = 1;
  for (int i = 0; i < 8; ++i) expected *= 1 + 100;
  CHECK(settled.size() == expected);  // 10^16
  for (const std::uint64_t i : {std::uint64_t{0}, expected / 3, expected - 1})
    CHECK(settled.index(settled.digits(i)) == i);
}
