#include "search/methods/sobol_points.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace stormsweep;

TEST_CASE("255 Sobol points lie in 255 different cells of 256, along every axis and however shifted") {
  for (const std::uint64_t seed : {0, 1, 99}) {
    SobolPoints points(7, seed);
    std::vector<std::set<int>> cells(7);
    for (int i = 0; i < 255; ++i) {
      const auto point = points.next();
      for (std::size_t j = 0; j < 7; ++j) cells[j].insert(static_cast<int>(point[j] * 256));
    }
    for (const auto& axis : cells) CHECK(axis.size() == 255);
  }
}

TEST_CASE("the shift keeps the sequence: the digits in which points differ are Sobol's") {
  // The sequence on two axes begins (1/2, 1/2), (3/4, 1/4), (1/4, 3/4): as 2-bit cells 2, 3, 1 and 2, 1, 3.
  SobolPoints points(2, 5);
  const auto cell = [&](double x) { return static_cast<int>(x * 4); };
  const auto a = points.next(), b = points.next(), c = points.next();
  CHECK((cell(a[0]) ^ cell(b[0])) == (2 ^ 3));
  CHECK((cell(b[0]) ^ cell(c[0])) == (3 ^ 1));
  CHECK((cell(a[1]) ^ cell(b[1])) == (2 ^ 1));
  CHECK((cell(b[1]) ^ cell(c[1])) == (1 ^ 3));
}

TEST_CASE("a point of the sequence is a function of its number and the seed") {
  SobolPoints one(5, 3), other(5, 3), third(5, 4);
  for (int i = 0; i < 100; ++i) {
    const auto point = one.next();
    CHECK(point == other.next());
    CHECK(point != third.next());
  }
}
