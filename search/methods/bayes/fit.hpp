#pragma once

#include <Eigen/Core>

#include "search/methods/bayes/problem.hpp"

namespace stormsweep::bayes {

/// The least noise that a fit may find; it also keeps the covariance regular.
constexpr double least_noise = 1e-6;

/// Hyperparameters as the fit sees them: logarithms of the weights, of the signal, and of the noise above
/// `least_noise`.
Eigen::VectorXd to_logarithms(const Hyperparameters& parameters);
Hyperparameters from_logarithms(const Eigen::VectorXd& logarithms);

/// Logarithm of the marginal likelihood of `values` at `points` (coordinates, [n, dimensions]) and of the prior, up to
/// a constant, with its gradient by the logarithms of the hyperparameters, unless that is null. The prior: -(2 / w +
/// 0.2 w) for a weight w, whose first term keeps a fit to few observations from concluding that the function does not
/// depend on an axis; Gamma(2, rate 1) for the signal, Gamma(1.1, rate 30) for the noise. The forms are those of
/// Optuna's GPSampler, which has 0.1 twice: Levy's and Hartmann's functions took more trials with it, the more so with
/// several pending (experiments/benchmarks/search.py). Borrows all; its matrices are made once.
class LogPosterior {
 public:
  LogPosterior(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points, const Eigen::VectorXd& values);

  double operator()(const Eigen::VectorXd& logarithms, Eigen::VectorXd* gradient);

 private:
  void factorise(const Eigen::VectorXd& logarithms, const Hyperparameters& parameters);
  void weigh(const Eigen::VectorXd& solved);
  void add_slopes(const Hyperparameters& parameters, double explained, Eigen::VectorXd& gradient) const;

  const std::vector<Dimension>& dimensions_;
  const Eigen::MatrixXd& points_;
  const Eigen::VectorXd& values_;
  Eigen::VectorXd factorised_;               ///< the logarithms that factor_ and slopes_ were computed for; empty: none
  Eigen::MatrixXd factor_, slopes_, worth_;  ///< lower triangles
};

/// The most probable hyperparameters, uphill from `start`.
Hyperparameters fit(const std::vector<Dimension>& dimensions, const Eigen::MatrixXd& points,
                    const Eigen::VectorXd& values, const Hyperparameters& start);

}  // namespace stormsweep::bayes
