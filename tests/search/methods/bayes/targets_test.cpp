#include "search/methods/bayes/targets.hpp"

#include <doctest/doctest.h>

using namespace stormsweep::bayes;
using doctest::Approx;

TEST_CASE("values below the median become quantiles of their ranks, as Vizier's half-rank warp makes them") {
  // By a Python twin of Vizier's HalfRankComponent.
  const auto odd = half_rank_warp({-100, 1, 2, 3, -5});
  const auto even = half_rank_warp({-100, 1, 2, 3});
  const std::vector<double> odd_expected{-0.65447595688676, 1, 2, 3, 0.323001849179709};
  const std::vector<double> even_expected{0.21387029380224187, 1.1437503609341801, 2, 3};
  for (std::size_t i = 0; i < odd.size(); ++i) CHECK(odd[i] == Approx(odd_expected[i]));
  for (std::size_t i = 0; i < even.size(); ++i) CHECK(even[i] == Approx(even_expected[i]));
}

TEST_CASE("values whose worse half spreads no wider than the better one stay as they are") {
  const std::vector<double> values{0, 3, 0.1, 9, 0.2}, even{1, 2, 3};
  CHECK(half_rank_warp(values) == values);
  CHECK(half_rank_warp(even) == even);
  CHECK(half_rank_warp({}).empty());
}

TEST_CASE("targets have mean 0 and variance 1; what failed is worse than all by half of the range and 1") {
  const std::vector<std::optional<double>> values{4, {}, 2, 6, {}};
  const Eigen::VectorXd y = targets(values);
  const double a = std::sqrt(1.5);  // 2, 4, 6 standardised are -a, 0, a
  CHECK(y(0) == Approx(0));
  CHECK(y(3) == Approx(a));
  CHECK(y(1) == Approx(y(2) - ((y(3) - y(2)) / 2 + 1)));
  CHECK(y(4) == y(1));
}

TEST_CASE("where all are equal, or none came out, there is nothing to learn but that") {
  CHECK(targets(std::vector<std::optional<double>>{3, 3, 3}) == Eigen::Vector3d(0, 0, 0));
  CHECK(targets(std::vector<std::optional<double>>{{}, {}}) == Eigen::Vector2d(-1, -1));
  CHECK(targets({}).size() == 0);
}
