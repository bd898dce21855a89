#include "search/methods/bayes/fit.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <numeric>

#include "search/methods/bayes/gaussian_process.hpp"

#include "tests/search/methods/bayes/mixed_dimensions.hpp"

using namespace stormsweep;
using namespace stormsweep::bayes;
using doctest::Approx;

namespace {

struct Mixed {
  std::vector<Dimension> dimensions = mixed_dimensions();
  int count = 15;
  Eigen::MatrixXd points = coordinates(dimensions, random_points(dimensions, count, 1));
  Eigen::VectorXd values = random_values(count, 2);

  double posterior(const Eigen::VectorXd& logarithms) {
    return LogPosterior(dimensions, points, values)(logarithms, nullptr);
  }
};

}  // namespace

TEST_CASE("hyperparameters go there and back") {
  const auto there = from_logarithms(to_logarithms(mixed_parameters()));
  for (std::size_t j = 0; j < 4; ++j) CHECK(there.weights[j] == Approx(mixed_parameters().weights[j]));
  CHECK(there.signal == Approx(1.3));
  CHECK(there.noise == Approx(0.02));
}

TEST_CASE_FIXTURE(Mixed, "the posterior is the density of a dense normal distribution and the prior's") {
  const auto parameters = mixed_parameters();
  const Kernel kernel(dimensions, parameters);
  const Eigen::MatrixXd half = covariance(kernel, 0.02, points).triangularView<Eigen::StrictlyLower>();
  const Eigen::MatrixXd k = half + half.transpose() + 1.32 * Eigen::MatrixXd::Identity(15, 15);
  const double likelihood = -values.dot(k.inverse() * values) / 2 - std::log(k.determinant()) / 2;
  double prior = std::log(1.3) - 1.3 + 0.1 * std::log(0.02) - 30 * 0.02;
  for (const double w : parameters.weights) prior -= 2 / w + 0.2 * w;
  CHECK(posterior(to_logarithms(parameters)) == Approx(likelihood + prior).epsilon(1e-9));
}

TEST_CASE("the posterior's gradient is that of finite differences, of few points and of several blocks of them") {
  for (const int count : {1, 15, 64, 150}) {
    Mixed mixed{.count = count};
    const Eigen::VectorXd at = to_logarithms(mixed_parameters());
    Eigen::VectorXd gradient;
    LogPosterior posterior(mixed.dimensions, mixed.points, mixed.values);
    CHECK(posterior(at, nullptr) == posterior(at, &gradient));
    CHECK(posterior(at, nullptr) == mixed.posterior(at));  // matrices that the gradient overwrote are computed again
    for (int k = 0; k < at.size(); ++k) {
      CAPTURE(count);
      CAPTURE(k);
      const Eigen::VectorXd step = 1e-5 * Eigen::VectorXd::Unit(at.size(), k);
      CHECK(gradient(k) == Approx((mixed.posterior(at + step) - mixed.posterior(at - step)) / 2e-5).epsilon(1e-6));
    }
  }
}

TEST_CASE_FIXTURE(Mixed, "the fit is a summit: no neighbour is more probable") {
  const auto fitted = to_logarithms(fit(dimensions, points, values, mixed_parameters()));
  const double best = posterior(fitted);
  CHECK(best > posterior(to_logarithms(mixed_parameters())));
  for (int k = 0; k < fitted.size(); ++k) {
    for (const double step : {-0.3, 0.3}) {
      CHECK(posterior(fitted + step * Eigen::VectorXd::Unit(fitted.size(), k)) < best + 1e-3);
    }
  }
}

TEST_CASE("the fit distinguishes the dimension that matters from the one that does not") {
  const std::vector<Dimension> plane(2, {Dimension::Kind::continuous});
  const auto x = coordinates(plane, random_points(plane, 30, 7));
  const Eigen::VectorXd values = (6 * x.col(0)).array().sin();
  const auto fitted = fit(plane, x, values, {{1, 1}, 1, 1e-2});
  CHECK(fitted.weights[0] > 10 * fitted.weights[1]);
  CHECK(fitted.noise < 1e-3);
}
