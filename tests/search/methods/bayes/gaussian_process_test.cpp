#include "search/methods/bayes/gaussian_process.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>

#include "tests/search/methods/bayes/mixed_dimensions.hpp"

using namespace stormsweep;
using namespace stormsweep::bayes;
using doctest::Approx;

TEST_CASE("two observations, by hand") {
  // Values 1 and -1 at 0 and 1, noise 0.1: with k = 0.52399411 between them, the mean at 0 is (1 - k) / (1.1 - k), at
  // 1/2 it is 0.
  const std::vector<Dimension> line{{Dimension::Kind::continuous}};
  const GaussianProcess process(line, {{1}, 1, 0.1}, Eigen::Vector2d(0, 1), Eigen::Vector2d(1, -1));
  const auto [mean, variance] = process.at(Eigen::Vector3d(0, 0.5, 1));
  CHECK(mean(0) == Approx(0.82639066).epsilon(1e-7));
  CHECK(std::abs(mean(1)) < 1e-12);
  CHECK(mean(2) == Approx(-0.82639066).epsilon(1e-7));
  CHECK(variance(1) == Approx(1 - 2 * 0.82864914 * 0.82864914 / (1.1 + 0.52399411)).epsilon(1e-7));
}

namespace {

struct MixedProcess {
  std::vector<Dimension> dimensions = mixed_dimensions();
  Hyperparameters parameters = mixed_parameters();
  Eigen::MatrixXd points = coordinates(dimensions, random_points(dimensions, 12, 1));
  Eigen::VectorXd values = random_values(12, 2);
  GaussianProcess process{dimensions, parameters, points, values};
};

/// k(a, b) as its definition has it.
double covariance_of(const Hyperparameters& p, const Eigen::RowVectorXd& a, const Eigen::RowVectorXd& b) {
  double squared = 0;
  for (const int j : {0, 1, 3}) squared += p.weights[static_cast<std::size_t>(j)] * std::pow(a(j) - b(j), 2);
  if (a(2) != b(2)) squared += p.weights[2];
  const double r = std::sqrt(squared);
  return p.signal * (1 + std::sqrt(5) * r + 5 * squared / 3) * std::exp(-std::sqrt(5) * r);
}

}  // namespace

TEST_CASE_FIXTURE(MixedProcess, "the posterior is that of a dense inverse") {
  const auto at = coordinates(dimensions, random_points(dimensions, 5, 3));
  Eigen::MatrixXd k(12, 12), shared(12, 5);
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 12; ++j) k(i, j) = covariance_of(parameters, points.row(i), points.row(j)) + 0.02 * (i == j);
    for (int j = 0; j < 5; ++j) shared(i, j) = covariance_of(parameters, points.row(i), at.row(j));
  }
  const auto [mean, variance] = process.at(at);
  CHECK(mean.isApprox(shared.transpose() * k.inverse() * values, 1e-10));
  const Eigen::MatrixXd explained = shared.transpose() * k.inverse() * shared;
  CHECK(variance.isApprox((1.3 - explained.diagonal().array()).matrix(), 1e-10));
}

TEST_CASE_FIXTURE(MixedProcess,
                  "the quick posterior has the same mean and no less variance; with one observation the same") {
  const auto at = coordinates(dimensions, random_points(dimensions, 30, 3));
  CHECK(process.quick_at(at).mean.isApprox(process.at(at).mean));
  CHECK((process.quick_at(at).variance.array() >= process.at(at).variance.array()).all());
  const GaussianProcess one(dimensions, parameters, points.topRows(1), values.head(1));
  CHECK(one.quick_at(at).variance.isApprox(one.at(at).variance));
}

TEST_CASE_FIXTURE(MixedProcess, "slopes of mean and variance are those of finite differences") {
  const Eigen::RowVectorXd at = coordinates(dimensions, random_points(dimensions, 1, 4));
  const auto slopes = process.slopes_at(at);
  const auto [mean, variance] = process.at(at);
  CHECK(slopes.mean == Approx(mean(0)));
  CHECK(slopes.variance == Approx(variance(0)));
  for (const int j : {0, 1, 3}) {
    const Eigen::RowVectorXd step = 1e-5 * Eigen::RowVectorXd::Unit(4, j);
    const auto up = process.at(at + step), down = process.at(at - step);
    CHECK(slopes.mean_gradient(j) == Approx((up.mean(0) - down.mean(0)) / 2e-5).epsilon(1e-6));
    CHECK(slopes.variance_gradient(j) == Approx((up.variance(0) - down.variance(0)) / 2e-5).epsilon(1e-6));
  }
  CHECK(slopes.mean_gradient(2) == 0);
}

TEST_CASE_FIXTURE(MixedProcess, "what is believed leaves the mean as it is and takes the variance away") {
  const auto believed = coordinates(dimensions, random_points(dimensions, 2, 5));
  const auto elsewhere = coordinates(dimensions, random_points(dimensions, 6, 6));
  const auto after = process.believing(believed);
  CHECK(after.at(elsewhere).mean.isApprox(process.at(elsewhere).mean, 1e-9));
  CHECK((after.at(elsewhere).variance.array() <= process.at(elsewhere).variance.array()).all());
  CHECK((after.at(believed).variance.array() < parameters.noise).all());
  CHECK(process.believing(Eigen::MatrixXd(0, 4)).at(elsewhere).variance == process.at(elsewhere).variance);
}

TEST_CASE("without observations the posterior is the prior") {
  const std::vector<Dimension> line{{Dimension::Kind::continuous}};
  const GaussianProcess process(line, {{1}, 1.5, 0.1}, Eigen::MatrixXd(0, 1), Eigen::VectorXd(0));
  const auto [mean, variance] = process.at(Eigen::Vector2d(0, 0.5));
  CHECK(mean == Eigen::Vector2d(0, 0));
  CHECK(variance == Eigen::Vector2d(1.5, 1.5));
}
