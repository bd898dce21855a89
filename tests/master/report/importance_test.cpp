#include "master/report/importance.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace stormsweep;

namespace {

double share(const Importance& importance, std::size_t first, std::size_t second) {
  const auto found = std::find_if(importance.effects.begin(), importance.effects.end(),
                                  [&](const auto& e) { return e.first == first && e.second == second; });
  REQUIRE(found != importance.effects.end());
  return found->share;
}

}  // namespace

TEST_CASE("a grid of two factors: main effects and their pair, by hand") {
  // y = 0 1; 2 7: the mean is 2.5, the variance 7.25. Row means 0.5 and 4.5 have variance 4; column means 1 and 4 have
  // 2.25; 1 remains.
  const std::vector<Factor> factors{{"a", {0, 0, 1, 1}, 2}, {"b", {0, 1, 0, 1}, 2}};
  const std::vector<double> values{0, 1, 2, 7};
  const auto found = importance(factors, values, true);
  REQUIRE(found);
  CHECK(found->exact);
  CHECK(share(*found, 0, 0) == doctest::Approx(4 / 7.25));
  CHECK(share(*found, 1, 1) == doctest::Approx(2.25 / 7.25));
  CHECK(share(*found, 0, 1) == doctest::Approx(1 / 7.25));
  CHECK(
      std::is_sorted(found->effects.begin(), found->effects.end(), [](auto& x, auto& y) { return x.share > y.share; }));
}

TEST_CASE("trials that are there twice count as their mean") {
  const std::vector<Factor> factors{{"a", {0, 0, 1, 1, 1}, 2}, {"b", {0, 1, 0, 1, 1}, 2}};
  const std::vector<double> values{0, 1, 2, 5, 9};
  CHECK(share(*importance(factors, values, true), 0, 0) == doctest::Approx(4 / 7.25));
}

TEST_CASE("three factors that add up: no pair matters, and shares sum to 1") {
  std::vector<Factor> factors{{"a", {}, 3}, {"b", {}, 2}, {"c", {}, 4}};
  std::vector<double> values;
  for (std::uint32_t a = 0; a < 3; ++a)
    for (std::uint32_t b = 0; b < 2; ++b)
      for (std::uint32_t c = 0; c < 4; ++c) {
        factors[0].levels.push_back(a), factors[1].levels.push_back(b), factors[2].levels.push_back(c);
        values.push_back(3.0 * a * a - 2.0 * b + 0.5 * c);
      }
  const auto found = importance(factors, values, false);
  double sum = 0;
  for (const auto& effect : found->effects) {
    sum += effect.share;
    if (effect.first != effect.second) CHECK(effect.share == doctest::Approx(0).epsilon(1e-9));
  }
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("without a grid: how differently the best tenth is distributed, by hand") {
  // The best two of 20 trials have a = 0, which half of all have: 0.5 (2 - 1)^2 + 0.5 (0 - 1)^2 = 1. Each value of b
  // has half of the best, and half of all: 0.
  Factor a{"a", {}, 2}, b{"b", {}, 3};
  std::vector<double> values;
  for (std::uint32_t i = 0; i < 20; ++i) {
    a.levels.push_back(i < 10 ? 0 : 1);
    b.levels.push_back(i % 2);
    values.push_back(i);
  }
  const std::vector<Factor> factors{a, b};
  const auto found = importance(factors, values, false);
  REQUIRE(found);
  CHECK_FALSE(found->exact);
  CHECK(share(*found, 0, 0) == doctest::Approx(1));
  CHECK(share(*found, 1, 1) == doctest::Approx(0));
  CHECK(found->effects.size() == 2);
}

TEST_CASE("values of numbers are levels, or groups of as many trials where they are many") {
  const std::vector<double> few{0.1, 10, 0.1, 1};
  CHECK(factor_of("x", few, 3).levels == std::vector<std::uint32_t>{0, 2, 0, 1});
  CHECK_FALSE(factor_of("x", few, 3).groups);
  std::vector<double> many;
  for (int i = 0; i < 100; ++i) many.push_back((i * 37) % 100);
  const Factor factor = factor_of("x", many, 10);
  CHECK(factor.groups);
  for (std::size_t i = 0; i < many.size(); ++i) CHECK(factor.levels[i] == static_cast<std::uint32_t>(many[i] / 10));
}

TEST_CASE("nothing matters where nothing varies") {
  CHECK_FALSE(importance({}, std::vector<double>{1, 2}, true));
  CHECK_FALSE(importance(std::vector<Factor>{{"a", {0, 1}, 2}}, std::vector<double>{3, 3}, true));
  CHECK_FALSE(importance(std::vector<Factor>{{"a", {0}, 1}}, std::vector<double>{3}, true));
}
