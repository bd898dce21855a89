#pragma once

#include <span>
#include <vector>

namespace stormsweep {

/// What a linear regression found.
struct LinearFit {
  std::vector<double> coefficients;  ///< one a column
  std::vector<double> errors;        ///< their standard errors
};

/// The coefficients b that minimise sum_i weights[i] (targets[i] - rows[i] . b)^2 + ridge * sum_(j > 0) b[j]^2, by the
/// normal equations and a Cholesky factorisation: meant for some dozens of columns, of about the same scale. `rows` is
/// [targets.size(), columns], row by row; its column 0 is the constant and is not shrunk. `ridge` > 0 keeps columns
/// apart that depend on each other; the sum of the weights must be positive.
LinearFit ridge_least_squares(std::span<const double> rows, std::span<const double> targets,
                              std::span<const double> weights, double ridge);

}  // namespace stormsweep
