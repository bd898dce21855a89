#include "master/schedule/least_squares.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("a line through four points, by hand") {
  // y = b0 + b1 x through (0, 1), (1, 2), (2, 2), (3, 4): b1 = 0.9, b0 = 0.9; residuals 0.1, 0.2, -0.7, 0.4 make 0.7,
  // so the variance is 0.35, and the errors are sqrt(0.35 / 5) for the slope, sqrt(0.35 * 14 / 20) for the constant.
  const std::vector<double> rows{1, 0, 1, 1, 1, 2, 1, 3}, targets{1, 2, 2, 4}, weights(4, 1);
  const LinearFit fit = ridge_least_squares(rows, targets, weights, 0);
  REQUIRE(fit.coefficients.size() == 2);
  CHECK(fit.coefficients[0] == Approx(0.9));
  CHECK(fit.coefficients[1] == Approx(0.9));
  CHECK(fit.errors[0] == Approx(std::sqrt(0.35 * 14 / 20)));
  CHECK(fit.errors[1] == Approx(std::sqrt(0.35 / 5)));
}

TEST_CASE("ridge shrinks all but the constant, by hand") {
  // x = -1, 1 and y = 1, 5: b0 = 3; b1 = 4 / (2 + ridge).
  const std::vector<double> rows{1, -1, 1, 1}, targets{1, 5}, weights{1, 1};
  const LinearFit fit = ridge_least_squares(rows, targets, weights, 2);
  CHECK(fit.coefficients[0] == Approx(3));
  CHECK(fit.coefficients[1] == Approx(1));
}

TEST_CASE("a weight of two is the same row twice") {
  const std::vector<double> rows{1, 0, 1, 1, 1, 5}, twice{1, 0, 1, 1, 1, 5, 1, 5};
  const auto a = ridge_least_squares(rows, std::vector<double>{1, 4, 2}, std::vector<double>{1, 1, 2}, 0.5);
  const auto b = ridge_least_squares(twice, std::vector<double>{1, 4, 2, 2}, std::vector<double>(4, 1), 0.5);
  for (std::size_t j = 0; j < 2; ++j) CHECK(a.coefficients[j] == Approx(b.coefficients[j]));
}

TEST_CASE("many columns, two of them the same: the normal equations hold") {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  constexpr std::size_t n = 200, columns = 12;
  std::vector<double> rows, targets;
  for (std::size_t i = 0; i < n; ++i) {
    rows.push_back(1);
    for (std::size_t j = 1; j < columns - 1; ++j) rows.push_back(normal(random));
    rows.push_back(rows[i * columns + 1]);
    targets.push_back(normal(random) + 3 * rows[i * columns + 1]);
  }
  const double ridge = 0.1;
  const LinearFit fit = ridge_least_squares(rows, targets, std::vector<double>(n, 1), ridge);
  for (std::size_t j = 0; j < columns; ++j) {
    CAPTURE(j);
    double gradient = j == 0 ? 0 : -ridge * fit.coefficients[j];
    for (std::size_t i = 0; i < n; ++i) {
      double residual = targets[i];
      for (std::size_t k = 0; k < columns; ++k) residual -= rows[i * columns + k] * fit.coefficients[k];
      gradient += residual * rows[i * columns + j];
    }
    CHECK(gradient == Approx(0).epsilon(1e-9).scale(100));
  }
  CHECK(fit.coefficients[1] == Approx(fit.coefficients[columns - 1]));
}
