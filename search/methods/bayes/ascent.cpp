#include "search/methods/bayes/ascent.hpp"

#include <nlopt.h>

#include <limits>
#include <memory>

namespace stormsweep::bayes {

namespace {

struct Climb {
  const Slope& function;
  Summit& best;
  Eigen::VectorXd slope;  ///< where it was last asked for
};

/// NLopt's callback.
double visit(unsigned size, const double* place, double* gradient, void* data) {
  auto& climb = *static_cast<Climb*>(data);
  const Eigen::VectorXd here = Eigen::Map<const Eigen::VectorXd>(place, size);
  const double value = climb.function(here, gradient ? &climb.slope : nullptr);
  if (value > climb.best.value) climb.best = {here, value};
  if (gradient) Eigen::Map<Eigen::VectorXd>(gradient, size) = climb.slope;
  return value;
}

}  // namespace

Summit ascend(const Slope& function, const Eigen::VectorXd& start, const Eigen::VectorXd& lower,
              const Eigen::VectorXd& upper, double tolerance, int evaluations) {
  using Optimizer = std::unique_ptr<std::remove_pointer_t<nlopt_opt>, decltype(&nlopt_destroy)>;
  const Optimizer optimizer(nlopt_create(NLOPT_LD_SLSQP, static_cast<unsigned>(start.size())), &nlopt_destroy);
  Summit best{start, -std::numeric_limits<double>::infinity()};
  Climb climb{function, best, Eigen::VectorXd::Zero(start.size())};
  nlopt_set_lower_bounds(optimizer.get(), lower.data());
  nlopt_set_upper_bounds(optimizer.get(), upper.data());
  nlopt_set_max_objective(optimizer.get(), visit, &climb);
  nlopt_set_ftol_abs(optimizer.get(), tolerance);
  nlopt_set_maxeval(optimizer.get(), evaluations);
  Eigen::VectorXd place = start.cwiseMax(lower).cwiseMin(upper);
  double value = 0;
  // Its status, which says why it stopped, does not matter: even where rounding stopped it, the best place visited is
  // good enough.
  nlopt_optimize(optimizer.get(), place.data(), &value);
  return best;
}

}  // namespace stormsweep::bayes
