#include "search/methods/bayes/fit.hpp"

#include <Eigen/Cholesky>
#include <cmath>

#include "search/methods/bayes/ascent.hpp"
#include "search/methods/bayes/gaussian_process.hpp"

namespace stormsweep::bayes {

namespace {

double log_prior(const Hyperparameters& p, Eigen::VectorXd& gradient) {
  double sum = std::log(p.signal) - p.signal + 0.1 * std::log(p.noise) - 30 * p.noise;
  for (std::size_t j = 0; j < p.weights.size(); ++j) {
    const double w = p.weights[j];
    sum -= 0.1 / w + 0.1 * w;
    gradient(static_cast<Eigen::Index>(j)) += 0.1 / w - 0.1 * w;
  }
  const auto d = std::ssize(p.weights);
  gradient(d) += 1 - p.signal;
  gradient(d + 1) += (0.1 / p.noise - 30) * (p.noise - least_noise);
  return sum;
}

/// What a change of the covariance's entries is worth, (a a' - K^-1) / 2 with a = K^-1 values: its lower triangle,
/// doubled below the diagonal for the upper one (Rasmussen and Williams 2006, equation 5.9).
Eigen::MatrixXd worth_of_covariance(const Eigen::LLT<Eigen::MatrixXd>& factor, const Eigen::VectorXd& solved) {
  const Eigen::Index n = solved.size();
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(n, n), worth = solved * solved.transpose();
  factor.matrixL().solveInPlace(inverse);
  worth.selfadjointView<Eigen::Lower>().rankUpdate(inverse.transpose(), -1);
  worth.diagonal() /= 2;
  return worth;
}

/// Adds the slopes by the logarithms of weights and signal that the covariances with point i, of the points from i on,
/// have.
void add_slopes(const Kernel& kernel, const Hyperparameters& parameters, const Eigen::MatrixXd& points, Eigen::Index i,
                const Eigen::ArrayXd& worth, Eigen::VectorXd& gradient) {
  const auto rest = points.bottomRows(points.rows() - i);
  const Eigen::ArrayXd squared = kernel.squared_distances(rest, points.row(i));
  const Eigen::ArrayXd by_distance = worth * kernel.slope(squared);
  for (std::size_t j = 0; j < parameters.weights.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    gradient(column) +=
        parameters.weights[j] * (by_distance * kernel.squared_differences(rest, points(i, column), j)).sum();
  }
  gradient(points.cols()) += (worth * kernel.value(squared)).sum();
}

}  // namespace

Eigen::VectorXd to_logarithms(const Hyperparameters& parameters) {
  const auto d = std::ssize(parameters.weights);
  Eigen::VectorXd result(d + 2);
  for (Eigen::Index j = 0; j < d; ++j) result(j) = std::log(parameters.weights[static_cast<std::size_t>(j)]);
  result(d) = std::log(parameters.signal);
  result(d + 1) = std::log(parameters.noise - least_noise);
  return result;
}

Hyperparameters from_logarithms(const Eigen::VectorXd& logarithms) {
  const Eigen::VectorXd values = logarithms.array().exp();
  const Eigen::Index d = values.size() - 2;
  return {{values.begin(), values.begin() + d}, values(d), values(d + 1) + least_noise};
}

double log_posterior(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points,
                     const Eigen::VectorXd& values, const Eigen::VectorXd& logarithms, Eigen::VectorXd& gradient) {
  const Hyperparameters parameters = from_logarithms(logarithms);
  const Kernel kernel(dimensions, parameters);
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance(kernel, parameters.noise, points));
  const Eigen::VectorXd solved = factor.solve(values);
  const Eigen::MatrixXd worth = worth_of_covariance(factor, solved);
  gradient.setZero(logarithms.size());
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    add_slopes(kernel, parameters, points, i, worth.col(i).tail(points.rows() - i), gradient);
  }
  gradient(points.cols() + 1) = worth.trace() * (parameters.noise - least_noise);
  const double likelihood = -values.dot(solved) / 2 - factor.matrixLLT().diagonal().array().log().sum();
  return likelihood + log_prior(parameters, gradient);
}

Hyperparameters fit(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points,
                    const Eigen::VectorXd& values, const Hyperparameters& start) {
  const auto d = std::ssize(dimensions);
  // Beyond these the prior leaves nothing.
  Eigen::VectorXd lower = Eigen::VectorXd::Constant(d + 2, std::log(1e-3));
  Eigen::VectorXd upper = Eigen::VectorXd::Constant(d + 2, std::log(1e3));
  lower(d + 1) = std::log(1e-9);
  upper(d + 1) = std::log(2.);
  const auto posterior = [&](const Eigen::VectorXd& logarithms, Eigen::VectorXd& gradient) {
    return log_posterior(dimensions, points, values, logarithms, gradient);
  };
  return from_logarithms(ascend(posterior, to_logarithms(start), lower, upper, 1e-4, 100).place);
}

}  // namespace stormsweep::bayes
