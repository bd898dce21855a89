#include "search/methods/bayes/kernel.hpp"

#include <doctest/doctest.h>

#include "tests/search/methods/bayes/mixed_dimensions.hpp"

using namespace stormsweep;
using namespace stormsweep::bayes;
using doctest::Approx;

TEST_CASE("coordinates are places of ordered digits, and digits of unordered ones") {
  const std::vector<Point> points{{0.25, 0, 2, 0.5}, {1, 3, 1, 0}};
  Eigen::MatrixXd expected(2, 4);
  expected << 0.25, 1, 2, 0.5, 1, 0.7, 1, 0;
  CHECK(coordinates(mixed_dimensions(), points) == expected);
}

TEST_CASE("the covariance is Matern's with nu = 5/2") {
  const std::vector<Dimension> line{{Dimension::Kind::continuous}};
  const Hyperparameters unit{{1}, 1, 0};
  const Eigen::VectorXd k = Kernel(line, unit)(Eigen::Vector3d(0, 0.5, 1), Eigen::RowVectorXd::Zero(1));
  CHECK(k(0) == 1);
  CHECK(k(1) == Approx(0.82864914).epsilon(1e-8));  // (1 + u + u^2/3) exp(-u) at u = sqrt(5)/2 and sqrt(5)
  CHECK(k(2) == Approx(0.52399411).epsilon(1e-8));
}

TEST_CASE("dimensions add up, weighted; digits of an unordered one differ or not") {
  const auto dimensions = mixed_dimensions();
  const auto parameters = mixed_parameters();
  const std::vector<Point> points{{0.25, 0, 2, 0.5}, {1, 3, 1, 0}, {1, 0, 2, 0.5}};
  const auto x = coordinates(dimensions, points);
  const Eigen::ArrayXd squared = Kernel(dimensions, parameters).squared_distances(x, x.row(0));
  CHECK(squared(0) == 0);
  CHECK(squared(1) == Approx(2.5 * 0.75 * 0.75 + 0.7 * 0.3 * 0.3 + 0.4 + 9 * 0.25));
  CHECK(squared(2) == Approx(2.5 * 0.75 * 0.75));
}

TEST_CASE("the covariance's slope is that of finite differences, and finite where points coincide") {
  const std::vector<Dimension> line{{Dimension::Kind::continuous}};
  const Hyperparameters parameters{{1}, 1.7, 0};
  const Kernel kernel(line, parameters);
  const Eigen::Array4d squared(0.01, 0.3, 2, 40);
  const Eigen::ArrayXd numeric =
      (kernel.value_and_slope(squared + 1e-6).value - kernel.value_and_slope(squared - 1e-6).value) / 2e-6;
  CHECK(kernel.value_and_slope(squared).slope.isApprox(numeric, 1e-6));
  CHECK(kernel.value_and_slope(Eigen::ArrayXd::Zero(1)).slope(0) == Approx(-5. / 6 * 1.7));
}
