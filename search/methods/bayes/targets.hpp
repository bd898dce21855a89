#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

namespace stormsweep::bayes {

/// Vizier's half-rank warp (Song and others 2024, "The Vizier Gaussian process bandit algorithm"): values below the
/// median are replaced by the normal quantiles of their ranks, on the scale of the spread of the better half. How bad a
/// bad value is then hardly matters; the order stays. Values whose worse half spreads no wider than the better one are
/// left as they are: there the warp would lose information, as it did on Hartmann's function of 3 dimensions.
std::vector<double> half_rank_warp(std::vector<double> values);

/// What the Gaussian process is to learn: the warped values, less their mean, over their standard deviation. A missing
/// value becomes Vizier's infeasible value, min - (range / 2 + 1); -1 where all are missing.
Eigen::VectorXd targets(std::span<const std::optional<double>> values);

}  // namespace stormsweep::bayes
