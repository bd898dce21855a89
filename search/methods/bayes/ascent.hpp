#pragma once

#include <Eigen/Core>
#include <functional>

namespace stormsweep::bayes {

/// A function of `place` that also writes its gradient, unless that is null: nearly half of all places need no
/// gradient.
using Slope = std::function<double(const Eigen::VectorXd& place, Eigen::VectorXd* gradient)>;

struct Summit {
  Eigen::VectorXd place;
  double value;
};

/// A local maximum of `function` between `lower` and `upper`, uphill from `start`, by sequential quadratic programming
/// (Kraft 1994, NLopt's LD_SLSQP): the best place visited by the time a step gains less than `tolerance`, or after
/// `evaluations` evaluations.
Summit ascend(const Slope& function, const Eigen::VectorXd& start, const Eigen::VectorXd& lower,
              const Eigen::VectorXd& upper, double tolerance, int evaluations);

}  // namespace stormsweep::bayes
