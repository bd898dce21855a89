#include "search/space/grid.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "search/base/error.hpp"
#include "search/space/grid_count.hpp"

using namespace stormsweep;

namespace {

using Random = std::mt19937_64;

std::uint32_t below(Random& random, std::size_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

std::vector<std::uint32_t> random_sizes(Random& random) {
  std::vector<std::uint32_t> sizes(1 + below(random, 4));
  for (auto& size : sizes) size = 1 + below(random, 5);
  return sizes;
}

std::vector<Exclusion> random_exclusions(Random& random, const std::vector<std::uint32_t>& sizes, std::size_t most) {
  std::vector<Exclusion> exclusions(below(random, most + 1));
  for (Exclusion& exclusion : exclusions) {
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      std::vector<std::uint32_t> digits;
      for (std::uint32_t d = 0; d < sizes[axis]; ++d)
        if (below(random, 2)) digits.push_back(d);
      if (!digits.empty() && below(random, 2)) exclusion.terms.push_back({axis, digits});
    }
    if (exclusion.terms.empty()) exclusion.terms.push_back({0, {0}});
  }
  return exclusions;
}

/// All points in order, by counting with carry: the last axis varies fastest.
std::vector<Digits> list(const std::vector<std::uint32_t>& sizes) {
  std::vector<Digits> points{{}};
  for (const std::uint32_t size : sizes) {
    std::vector<Digits> longer;
    for (const Digits& point : points)
      for (std::uint32_t d = 0; d < size; ++d) {
        longer.push_back(point);
        longer.back().push_back(d);
      }
    points = std::move(longer);
  }
  return points;
}

bool left_out(const Digits& point, const std::vector<Exclusion>& exclusions) {
  for (const Exclusion& exclusion : exclusions) {
    bool all = true;
    for (const auto& term : exclusion.terms)
      all = all && std::count(term.digits.begin(), term.digits.end(), point[term.axis]) > 0;
    if (all) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the grid equals its brute-force twin") {
  Random random(1);
  for (int round = 0; round < 1000; ++round) {
    CAPTURE(round);
    const auto sizes = random_sizes(random);
    // Points are counted by enumeration if there are more than 20 exclusions, or more than there are points; otherwise
    // by inclusion and exclusion.
    const auto exclusions = random_exclusions(random, sizes, round % 2 ? 4 : 25);
    const Grid grid(sizes, exclusions);
    const auto points = list(sizes);
    REQUIRE(grid.size() == points.size());
    std::vector<std::uint64_t> kept;
    for (std::uint64_t i = 0; i < points.size(); ++i) {
      REQUIRE(grid.digits(i) == points[i]);
      REQUIRE(grid.index(points[i]) == i);
      REQUIRE(grid.excluded(points[i]) == left_out(points[i], exclusions));
      if (!left_out(points[i], exclusions)) kept.push_back(i);
    }
    REQUIRE(grid.count() == kept.size());
    REQUIRE(count_uncovered(sizes, exclusions) == kept.size());
    for (std::uint64_t i = 0; i < points.size(); ++i) {
      const auto after = std::lower_bound(kept.begin(), kept.end(), i);
      const auto beyond = std::upper_bound(kept.begin(), kept.end(), i);
      REQUIRE(grid.next(i) == (after == kept.end() ? std::nullopt : std::optional(*after)));
      REQUIRE(grid.previous(i) == (beyond == kept.begin() ? std::nullopt : std::optional(*(beyond - 1))));
    }
    REQUIRE(grid.next(points.size()) == std::nullopt);
  }
}

TEST_CASE("a grid without axes has one point") {
  const Grid grid({});
  CHECK(grid.size() == 1);
  CHECK(grid.digits(0).empty());
  CHECK(grid.count() == 1);
}

TEST_CASE("10^15 points cost no more than ten") {
  const std::uint32_t n = 100'000;
  const Grid grid({n, n, n}, {{{{0, {0, 1}}}}, {{{1, {5}}, {2, {7, 8}}}}});
  CHECK(grid.size() == 1'000'000'000'000'000);
  // The first excludes 2 * 10^10 points, the second 2 * 10^5; 2 * 2 are in both.
  CHECK(grid.count() == 1'000'000'000'000'000 - 20'000'000'000 - 200'000 + 4);
  CHECK(grid.next(0) == 20'000'000'000);  // the first two values of the slowest axis are skipped at once
  CHECK(grid.digits(987'654'321'012'345) == Digits{98'765, 43'210, 12'345});
  CHECK(grid.index(Digits{98'765, 43'210, 12'345}) == 987'654'321'012'345);
}

TEST_CASE("what is excluded by a condition on the last axis is not walked through") {
  // A choice of four, each with three axes of ten values, which have their eleventh value under the other choices.
  std::vector<std::uint32_t> sizes(12, 11);
  sizes.push_back(4);
  std::vector<Exclusion> exclusions;
  for (std::size_t axis = 0; axis < 12; ++axis) {
    const auto own = static_cast<std::uint32_t>(axis / 3);
    Exclusion others{{{axis, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, {12, {}}}};
    for (std::uint32_t choice = 0; choice < 4; ++choice)
      if (choice != own) others.terms[1].digits.push_back(choice);
    exclusions.push_back(others);
    exclusions.push_back({{{axis, {10}}, {12, {own}}}});
  }
  const Grid grid(sizes, exclusions);
  CHECK(grid.count() == 4000);
  std::uint64_t found = 0;
  Digits first, last;
  for (auto i = grid.next(0); i; i = grid.next(*i + 1), ++found) {
    last = grid.digits(*i);
    if (found == 0) first = last;
  }
  CHECK(found == 4000);
  CHECK(first == Digits{0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0});
  CHECK(last == Digits{10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 9, 3});
  CHECK(grid.digits(grid.previous(grid.size() - 1).value()) == last);
}

TEST_CASE("an exclusion that covers a whole axis does not depend on it") {
  const Grid grid({2, 3}, {{{{0, {1}}, {1, {0, 1, 2}}}}});
  CHECK(grid.exclusions()[0].terms.size() == 1);
  CHECK(grid.count() == 3);
}

TEST_CASE("what is too long to count is not counted") {
  // Pairs of axes that are far apart in the order: after the first half, any of 2^21 sets of exclusions may be open.
  std::vector<Exclusion> exclusions;
  for (std::size_t axis = 0; axis < 21; ++axis) exclusions.push_back({{{axis, {0}}, {axis + 21, {0}}}});
  CHECK(Grid(std::vector<std::uint32_t>(42, 2), exclusions).count() == std::nullopt);
  exclusions.pop_back();  // by inclusion and exclusion: 3 of each pair's 4 points, and the 4 of the last
  CHECK(Grid(std::vector<std::uint32_t>(42, 2), exclusions).count() == 3'486'784'401 * 4);
}

TEST_CASE("many exclusions that have nothing in common are counted one by one") {
  std::vector<Exclusion> exclusions;
  for (std::uint32_t d = 0; d < 1000; ++d) exclusions.push_back({{{0, {d}}, {1, {d}}, {2, {d}}}});
  CHECK(Grid({1000, 1000, 1000}, exclusions).count() == 1'000'000'000 - 1000);
}

TEST_CASE("the diagonal of a plane is not compared with each of its points") {
  std::vector<Exclusion> diagonal;
  for (std::uint32_t d = 0; d < 800; ++d) diagonal.push_back({{{0, {d}}, {1, {d}}}});
  const std::clock_t begin = std::clock();
  CHECK(Grid({800, 800}, diagonal).count() == 639'200);
  CHECK(std::clock() - begin < CLOCKS_PER_SEC);
}

TEST_CASE("a grid of more than 2^63 - 1 points is refused") {
  CHECK_NOTHROW(Grid({1u << 31, 1u << 31}));
  CHECK_THROWS_AS(Grid({1u << 31, 1u << 31, 2}), InputError);
}
