#include "search/methods/bayes/improvement.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace stormsweep::bayes {

namespace {

constexpr double series_below = -25;

/// phi(z) = exp(log_phi(z)).
double log_phi(double z) {
  return -z * z / 2 - std::log(2 * std::numbers::pi) / 2;
}

double distribution(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

/// Of z^2 (phi + z Phi) / phi in q = 1 / z^2; what is left out is below 1e-12 for z < -25.
double h_series(double q) {
  return 1 - q * (3 - q * (15 - q * (105 - q * (945 - q * 10395))));
}

/// Of -z Phi / phi.
double distribution_series(double q) {
  return 1 - q * (1 - q * (3 - q * (15 - q * (105 - q * 945))));
}

/// Close to an observation, rounding may make a variance zero or negative.
double deviation(double variance) {
  return std::sqrt(std::max(variance, 1e-12));
}

}  // namespace

double log_h(double z) {
  if (z > series_below) return std::log(std::exp(log_phi(z)) + z * distribution(z));
  return log_phi(z) - 2 * std::log(-z) + std::log(h_series(1 / (z * z)));
}

double log_h_slope(double z) {
  if (z > series_below) return distribution(z) / (std::exp(log_phi(z)) + z * distribution(z));
  const double q = 1 / (z * z);
  return -z * distribution_series(q) / h_series(q);
}

Eigen::VectorXd LogImprovement::of(const GaussianProcess::Marginals& marginals) const {
  Eigen::VectorXd result(marginals.mean.size());
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    const double sigma = deviation(marginals.variance(i));
    result(i) = std::log(sigma) + log_h((marginals.mean(i) - incumbent_) / sigma);
  }
  return result;
}

double LogImprovement::at(const Eigen::RowVectorXd& point, Eigen::VectorXd* gradient) const {
  if (!gradient) return at(point)(0);
  const auto [mean, variance, mean_gradient, variance_gradient] = process_.slopes_at(point);
  const double sigma = deviation(variance), z = (mean - incumbent_) / sigma, slope = log_h_slope(z);
  *gradient = slope / sigma * mean_gradient + (1 - slope * z) / (2 * sigma * sigma) * variance_gradient;
  return std::log(sigma) + log_h(z);
}

}  // namespace stormsweep::bayes
