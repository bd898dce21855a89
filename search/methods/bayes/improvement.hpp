#pragma once

#include <Eigen/Core>

#include "search/methods/bayes/gaussian_process.hpp"

namespace stormsweep::bayes {

/// log(phi(z) + z Phi(z)) of the standard normal density and distribution: direct down to z = -25, from its asymptotic
/// series below, where the sum's two terms cancel (Ament and others 2023, "Unexpected improvements to expected
/// improvement").
double log_h(double z);
/// Its derivative.
double log_h_slope(double z);

/// Logarithm of the expected improvement on `incumbent`.
class LogImprovement {
 public:
  LogImprovement(GaussianProcess process, double incumbent) : process_(std::move(process)), incumbent_(incumbent) {}

  /// At each of `points`, coordinates [m, dimensions].
  Eigen::VectorXd at(const Eigen::MatrixXd& points) const { return of(process_.at(points)); }
  /// An upper bound of that, much faster.
  Eigen::VectorXd bound_at(const Eigen::MatrixXd& points) const { return of(process_.quick_at(points)); }
  /// At one, with its gradient unless that is null.
  double at(const Eigen::RowVectorXd& point, Eigen::VectorXd* gradient) const;

  const Hyperparameters& parameters() const { return process_.parameters(); }

 private:
  Eigen::VectorXd of(const GaussianProcess::Marginals& marginals) const;

  GaussianProcess process_;
  double incumbent_;
};

}  // namespace stormsweep::bayes
