#include "master/schedule/least_squares.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cassert>

namespace stormsweep {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const Eigen::VectorXd> vector(std::span<const double> values) {
  return {values.data(), std::ssize(values)};
}

}  // namespace

LinearFit ridge_least_squares(std::span<const double> rows, std::span<const double> targets,
                              std::span<const double> weights, double ridge) {
  assert(!targets.empty() && rows.size() % targets.size() == 0 && weights.size() == targets.size());
  const Eigen::Index count = std::ssize(targets), columns = std::ssize(rows) / count;
  const Eigen::Map<const Rows> x(rows.data(), count, columns);
  const auto y = vector(targets), w = vector(weights);
  Eigen::MatrixXd normal = x.transpose() * w.asDiagonal() * x;
  normal.diagonal().tail(columns - 1).array() += ridge;
  const auto solver = normal.ldlt();
  const Eigen::VectorXd coefficients = solver.solve(x.transpose() * w.cwiseProduct(y));

  const double residual = w.dot((y - x * coefficients).cwiseAbs2());
  const double variance = residual / static_cast<double>(std::max(count, columns + 1) - columns);
  const Eigen::MatrixXd inverse = solver.solve(Eigen::MatrixXd::Identity(columns, columns));
  const Eigen::VectorXd errors = (variance * inverse.diagonal().cwiseMax(0)).cwiseSqrt();
  return {{coefficients.begin(), coefficients.end()}, {errors.begin(), errors.end()}};
}

}  // namespace stormsweep
