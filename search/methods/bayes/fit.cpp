#include "search/methods/bayes/fit.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <functional>

#include "search/methods/bayes/ascent.hpp"
#include "search/methods/bayes/kernel.hpp"

namespace stormsweep::bayes {

namespace {

constexpr Eigen::Index block_side = 64;
constexpr double against_small = 2, against_large = 0.2;  // weights

double log_prior(const Hyperparameters& p, Eigen::VectorXd& gradient) {
  double sum = std::log(p.signal) - p.signal + 0.1 * std::log(p.noise) - 30 * p.noise;
  for (std::size_t j = 0; j < p.weights.size(); ++j) {
    const double w = p.weights[j];
    sum -= against_small / w + against_large * w;
    gradient(static_cast<Eigen::Index>(j)) += against_small / w - against_large * w;
  }
  const auto d = std::ssize(p.weights);
  gradient(d) += 1 - p.signal;
  gradient(d + 1) += (0.1 / p.noise - 30) * (p.noise - least_noise);
  return sum;
}

/// The lower triangle in place of its inverse, 64 rows at a time.
void invert_lower(Eigen::MatrixXd& matrix) {
  for (Eigen::Index from = 0; from < matrix.rows(); from += block_side) {
    const Eigen::Index size = std::min(block_side, matrix.rows() - from);
    Eigen::MatrixXd diagonal = Eigen::MatrixXd::Identity(size, size);
    matrix.block(from, from, size, size).triangularView<Eigen::Lower>().solveInPlace(diagonal);
    matrix.block(from, from, size, size) = diagonal;
    if (from == 0) continue;  // Eigen's triangular product divides by its size
    const Eigen::MatrixXd left = -diagonal * matrix.block(from, 0, size, from);
    matrix.block(from, 0, size, from) = left * matrix.topLeftCorner(from, from).triangularView<Eigen::Lower>();
  }
}

/// Subtracts K^-1 = L^-T L^-1 from the lower triangle of `matrix`, given L^-1.
void subtract_inverse(const Eigen::MatrixXd& inverse_of_lower, Eigen::MatrixXd& matrix) {
  for (Eigen::Index from = 0; from < matrix.rows(); from += block_side) {
    const Eigen::Index size = std::min(block_side, matrix.rows() - from), end = from + size;
    matrix.topLeftCorner(end, end).selfadjointView<Eigen::Lower>().rankUpdate(
        inverse_of_lower.block(from, 0, size, end).transpose(), -1);
  }
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

LogPosterior::LogPosterior(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points,
                           const Eigen::VectorXd& values)
    : dimensions_(dimensions),
      points_(points),
      values_(values),
      factor_(points.rows(), points.rows()),
      slopes_(factor_),
      worth_(factor_) {}

double LogPosterior::operator()(const Eigen::VectorXd& logarithms, Eigen::VectorXd* gradient) {
  const Hyperparameters parameters = from_logarithms(logarithms);
  factorise(logarithms, parameters);
  Eigen::VectorXd solved = values_;
  factor_.triangularView<Eigen::Lower>().solveInPlace(solved);
  const double likelihood = -solved.squaredNorm() / 2 - factor_.diagonal().array().log().sum();
  Eigen::VectorXd unasked;
  Eigen::VectorXd& slopes = gradient ? *gradient : unasked;
  slopes.setZero(logarithms.size());
  if (gradient) {
    factor_.triangularView<Eigen::Lower>().transpose().solveInPlace(solved);
    weigh(solved);
    add_slopes(parameters, values_.dot(solved), slopes);
  }
  return likelihood + log_prior(parameters, slopes);
}

/// The covariance's Cholesky factor, and the kernel's slopes. Kept for the next call, which often asks for the gradient
/// at the same place.
void LogPosterior::factorise(const Eigen::VectorXd& logarithms, const Hyperparameters& parameters) {
  if (factorised_.size() > 0 && factorised_ == logarithms) return;
  factorised_ = logarithms;
  const Kernel kernel(dimensions_, parameters);
  for (Eigen::Index i = 0; i < points_.rows(); ++i) {
    const Eigen::Index rest = points_.rows() - i;
    const auto [value, slope] =
        kernel.value_and_slope(kernel.squared_distances(points_.bottomRows(rest), points_.row(i)));
    factor_.col(i).tail(rest) = value;
    slopes_.col(i).tail(rest) = slope;
  }
  factor_.diagonal().array() += parameters.noise;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(factor_);
}

/// What a change of the covariance's entries is worth, (a a' - K^-1) / 2 with a = K^-1 values, `solved`: its lower
/// triangle, doubled below the diagonal for the upper one (Rasmussen and Williams 2006, equation 5.9).
void LogPosterior::weigh(const Eigen::VectorXd& solved) {
  worth_.noalias() = solved * solved.transpose();
  invert_lower(factor_);
  factorised_.resize(0);
  subtract_inverse(factor_, worth_);
  worth_.diagonal() /= 2;
}

void LogPosterior::add_slopes(const Hyperparameters& parameters, double explained, Eigen::VectorXd& gradient) const {
  const Kernel kernel(dimensions_, parameters);
  for (Eigen::Index i = 0; i < points_.rows(); ++i) {
    const auto rest = points_.bottomRows(points_.rows() - i);
    const Eigen::ArrayXd by_distance =
        worth_.col(i).tail(rest.rows()).array() * slopes_.col(i).tail(rest.rows()).array();
    for (Eigen::Index j = 0; j < points_.cols(); ++j) {
      const auto column = static_cast<std::size_t>(j);
      gradient(j) +=
          parameters.weights[column] * (by_distance * kernel.squared_differences(rest, points_(i, j), column)).sum();
    }
  }
  // The signal scales all of K but the noise, and a change of K by itself is worth (values' a - n) / 2.
  const Eigen::Index d = points_.cols();
  gradient(d) = (explained - static_cast<double>(points_.rows())) / 2 - parameters.noise * worth_.trace();
  gradient(d + 1) = worth_.trace() * (parameters.noise - least_noise);
}

Hyperparameters fit(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points,
                    const Eigen::VectorXd& values, const Hyperparameters& start) {
  const auto d = std::ssize(dimensions);
  // Beyond these bounds the prior is practically zero.
  Eigen::VectorXd lower = Eigen::VectorXd::Constant(d + 2, std::log(1e-3));
  Eigen::VectorXd upper = Eigen::VectorXd::Constant(d + 2, std::log(1e3));
  lower(d + 1) = std::log(1e-9);
  upper(d + 1) = std::log(2.);
  LogPosterior posterior(dimensions, points, values);
  return from_logarithms(ascend(std::ref(posterior), to_logarithms(start), lower, upper, 1e-4, 100).place);
}

}  // namespace stormsweep::bayes
