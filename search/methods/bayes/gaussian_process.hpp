#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <vector>

#include "search/methods/bayes/kernel.hpp"

namespace stormsweep::bayes {

/// A Gaussian process of mean zero, conditioned on values at points (Rasmussen and Williams 2006, algorithm 2.1).
/// Borrows the dimensions.
class GaussianProcess {
 public:
  /// `points` [n, dimensions] are coordinates, `values` [n].
  GaussianProcess(const std::vector<Dimension>& dimensions, Hyperparameters parameters, Eigen::MatrixXd points,
                  Eigen::VectorXd values);

  struct Marginals {
    Eigen::VectorXd mean, variance;
  };
  /// Of the function, without the noise, at each of `points` [m, dimensions].
  Marginals at(const Eigen::MatrixXd& points) const;
  /// The same mean, but an upper bound of the variance: what the nearest observation alone would leave. Much faster.
  Marginals quick_at(const Eigen::MatrixXd& points) const;

  struct Slopes {
    double mean, variance;
    Eigen::VectorXd mean_gradient, variance_gradient;  ///< by the coordinates; 0 along unordered dimensions
  };
  Slopes slopes_at(const Eigen::RowVectorXd& point) const;

  /// The process as if `points` had been observed with its own mean as their values ("kriging believer", Ginsbourger
  /// and others 2010): the mean stays, the variance shrinks.
  GaussianProcess believing(const Eigen::MatrixXd& points) const;

  const Hyperparameters& parameters() const { return parameters_; }

 private:
  Kernel kernel() const { return {dimensions_, parameters_}; }

  const std::vector<Dimension>& dimensions_;
  Hyperparameters parameters_;
  Eigen::MatrixXd points_;
  Eigen::VectorXd values_;
  Eigen::LLT<Eigen::MatrixXd> factor_;  ///< of the values' covariance K
  Eigen::VectorXd weights_;             ///< K^-1 values
};

/// The lower triangle of the covariance of values at `points`: the kernel's, and the noise on the diagonal.
Eigen::MatrixXd covariance(const Kernel& kernel, double noise, const Eigen::MatrixXd& points);

}  // namespace stormsweep::bayes
