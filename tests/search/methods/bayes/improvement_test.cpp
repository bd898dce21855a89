#include "search/methods/bayes/improvement.hpp"

#include <doctest/doctest.h>

#include "tests/search/methods/bayes/mixed_dimensions.hpp"

using namespace stormsweep;
using namespace stormsweep::bayes;
using doctest::Approx;

TEST_CASE("log h and its slope to twelve digits, by mpmath with 60") {
  struct Row {
    double z, value, slope;
  };
  for (const Row& row : {Row{3, 1.0987396653277078, 0.33284096845179524},
                         {0, -0.91893853320467274, 1.2533141373155003},
                         {-1, -2.4851210257126413, 1.9042712333296918},
                         {-5, -16.74430116266099, 5.3618162412880885},
                         {-20, -206.9178385094251, 20.099262811101282},
                         {-25, -319.86146358149595, 25.079620234266533},
                         {-25.5, -332.52588446220498, 25.578073358175352},
                         {-40, -808.29856835661996, 40.049906657648518},
                         {-1000, -500014.73445209116, 1000.001999994}}) {
    CAPTURE(row.z);
    CHECK(log_h(row.z) == Approx(row.value).epsilon(1e-12));
    CHECK(log_h_slope(row.z) == Approx(row.slope).epsilon(1e-8));
  }
}

TEST_CASE("the two branches of log h meet") {
  const double above = std::nextafter(-25., 0.), below = std::nextafter(-25., -26.);
  CHECK(log_h(above) == Approx(log_h(below)).epsilon(1e-13));
  CHECK(log_h_slope(above) == Approx(log_h_slope(below)).epsilon(1e-9));
}

TEST_CASE("log improvement is what numerical integration makes of it, and its gradient that of finite differences") {
  const auto dimensions = mixed_dimensions();
  const auto points = coordinates(dimensions, random_points(dimensions, 12, 1));
  const GaussianProcess process(dimensions, mixed_parameters(), points, random_values(12, 2));
  const double incumbent = 1.1;
  const LogImprovement improvement(process, incumbent);
  const Eigen::RowVectorXd at = coordinates(dimensions, random_points(dimensions, 1, 4));

  const auto [mean, variance] = process.at(at);
  double expected = 0;
  const double step = 1e-3, sigma = std::sqrt(variance(0));
  for (double t = -8 + step / 2; t < 8; t += step) {
    expected +=
        step * std::exp(-t * t / 2) / std::sqrt(8 * std::atan(1)) * std::max(0., mean(0) + sigma * t - incumbent);
  }
  Eigen::VectorXd gradient;
  CHECK(improvement.at(at, &gradient) == Approx(std::log(expected)).epsilon(1e-5));
  CHECK(improvement.at(Eigen::MatrixXd(at))(0) == Approx(std::log(expected)).epsilon(1e-5));
  for (const int j : {0, 1, 3}) {
    const Eigen::RowVectorXd aside = 1e-5 * Eigen::RowVectorXd::Unit(4, j);
    const double slope = (improvement.at(at + aside, nullptr) - improvement.at(at - aside, nullptr)) / 2e-5;
    CHECK(gradient(j) == Approx(slope).epsilon(1e-6));
  }
}
