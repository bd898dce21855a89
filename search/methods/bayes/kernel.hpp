#pragma once

#include <Eigen/Core>
#include <span>

#include "search/methods/bayes/problem.hpp"

namespace stormsweep::bayes {

/// Points as the kernel sees them, [points, dimensions]: digits of ordered dimensions are replaced by their places.
Eigen::MatrixXd coordinates(const std::vector<Dimension>& dimensions, std::span<const Point> points);

/// Matern's covariance with nu = 5/2, signal (1 + u + u^2 / 3) exp(-u) with u^2 = 5 sum_j weights[j] d_j^2 (Rasmussen
/// and Williams 2006, equation 4.17), where d_j is the difference along dimension j or, where it is unordered, 1 for
/// digits that differ. Borrows both.
class Kernel {
 public:
  Kernel(const std::vector<Dimension>& dimensions, const Hyperparameters& parameters)
      : dimensions_(dimensions), parameters_(parameters) {}

  /// sum_j weights[j] d_j^2 of each of `points` [n, dimensions] from `point`.
  Eigen::ArrayXd squared_distances(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                   const Eigen::RowVectorXd& point) const;
  /// d_j^2 along dimension j alone.
  Eigen::ArrayXd squared_differences(const Eigen::Ref<const Eigen::MatrixXd>& points, double place,
                                     std::size_t j) const;
  /// The covariance at squared distances, and its derivative by them.
  struct ValueAndSlope {
    Eigen::ArrayXd value, slope;
  };
  ValueAndSlope value_and_slope(const Eigen::ArrayXd& squared) const;
  /// The covariance of each of `points` with `point`.
  Eigen::VectorXd operator()(const Eigen::Ref<const Eigen::MatrixXd>& points, const Eigen::RowVectorXd& point) const;

 private:
  const std::vector<Dimension>& dimensions_;
  const Hyperparameters& parameters_;
};

}  // namespace stormsweep::bayes
