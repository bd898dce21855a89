#include "search/methods/bayes/ascent.hpp"

#include <doctest/doctest.h>

using namespace stormsweep::bayes;
using doctest::Approx;

TEST_CASE("the summit is found where Rosenbrock's valley ends, and at a bound that cuts it off") {
  int tried = 0;
  const Slope rosenbrock = [&](const Eigen::VectorXd& x, Eigen::VectorXd* gradient) {
    const double bend = x(1) - x(0) * x(0);
    if (gradient) *gradient = Eigen::Vector2d(400 * x(0) * bend + 2 * (1 - x(0)), -200 * bend);
    tried += gradient ? 0 : 1;
    return -100 * bend * bend - (1 - x(0)) * (1 - x(0));
  };
  const Eigen::Vector2d start(-1.2, 1), lower(-2, -2), upper(2, 2);
  const auto free = ascend(rosenbrock, start, lower, upper, 1e-12, 200);
  CHECK(free.place.isApprox(Eigen::Vector2d(1, 1), 1e-4));
  CHECK(std::abs(free.value) < 1e-8);
  CHECK(tried > 5);  // without a gradient
  const auto bound = ascend(rosenbrock, Eigen::Vector2d(-1.2, 1), lower, Eigen::Vector2d(0.5, 2), 1e-12, 200);
  CHECK(bound.place.isApprox(Eigen::Vector2d(0.5, 0.25), 1e-4));
  CHECK(ascend(rosenbrock, start, lower, upper, 1e-12, 1).place == start);
}
