#include "search/methods/bayes/gaussian_process.hpp"

#include <cassert>
#include <cmath>
#include <utility>

namespace stormsweep::bayes {

Eigen::MatrixXd covariance(const Kernel& kernel, double noise, const Eigen::MatrixXd& points) {
  const Eigen::Index n = points.rows();
  Eigen::MatrixXd result(n, n);
  for (Eigen::Index i = 0; i < n; ++i) result.col(i).tail(n - i) = kernel(points.bottomRows(n - i), points.row(i));
  result.diagonal().array() += noise;
  return result;
}

GaussianProcess::GaussianProcess(const std::vector<Dimension>& dimensions, Hyperparameters parameters,
                                 Eigen::MatrixXd points, Eigen::VectorXd values)
    : dimensions_(dimensions),
      parameters_(std::move(parameters)),
      points_(std::move(points)),
      values_(std::move(values)),
      factor_(covariance(kernel(), parameters_.noise, points_)),
      weights_(factor_.solve(values_)) {
  assert(factor_.info() == Eigen::Success);
}

GaussianProcess::Marginals GaussianProcess::at(const Eigen::MatrixXd& points) const {
  Eigen::MatrixXd shared(points_.rows(), points.rows());
  for (Eigen::Index i = 0; i < points.rows(); ++i) shared.col(i) = kernel()(points_, points.row(i));
  Eigen::VectorXd mean = shared.transpose() * weights_;
  factor_.matrixL().solveInPlace(shared);
  return {std::move(mean), parameters_.signal - shared.colwise().squaredNorm().array()};
}

GaussianProcess::Marginals GaussianProcess::quick_at(const Eigen::MatrixXd& points) const {
  Marginals result{Eigen::VectorXd(points.rows()), Eigen::VectorXd::Constant(points.rows(), parameters_.signal)};
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    const Eigen::VectorXd shared = kernel()(points_, points.row(i));
    result.mean(i) = shared.dot(weights_);
    if (shared.size() > 0)
      result.variance(i) -= std::pow(shared.maxCoeff(), 2) / (parameters_.signal + parameters_.noise);
  }
  return result;
}

GaussianProcess::Slopes GaussianProcess::slopes_at(const Eigen::RowVectorXd& point) const {
  const Eigen::ArrayXd squared = kernel().squared_distances(points_, point);
  const auto [value, slope] = kernel().value_and_slope(squared);
  const Eigen::VectorXd shared = value, half = factor_.matrixL().solve(shared), solved = factor_.matrixU().solve(half);
  Slopes result{shared.dot(weights_), parameters_.signal - half.squaredNorm(), Eigen::VectorXd::Zero(point.size()),
                Eigen::VectorXd::Zero(point.size())};
  for (Eigen::Index j = 0; j < point.size(); ++j) {
    if (dimensions_[static_cast<std::size_t>(j)].kind == Dimension::Kind::unordered) continue;
    const double scale = 2 * parameters_.weights[static_cast<std::size_t>(j)];
    const Eigen::VectorXd by_place = scale * slope * (point(j) - points_.col(j).array());
    result.mean_gradient(j) = by_place.dot(weights_);
    result.variance_gradient(j) = -2 * by_place.dot(solved);
  }
  return result;
}

GaussianProcess GaussianProcess::believing(const Eigen::MatrixXd& points) const {
  if (points.rows() == 0) return *this;
  Eigen::MatrixXd all(points_.rows() + points.rows(), points_.cols());
  all << points_, points;
  Eigen::VectorXd values(all.rows());
  values << values_, at(points).mean;
  return {dimensions_, parameters_, std::move(all), std::move(values)};
}

}  // namespace stormsweep::bayes
