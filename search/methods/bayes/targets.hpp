#pragma once

#include <Eigen/Core>
#include <optional>
#include <span>
#include <vector>

namespace stormsweep::bayes {

/// Vizier's half-rank warp (Song and others 2024, "The Vizier Gaussian process bandit algorithm"): values below the
/// median are replaced by the normal quantiles of their ranks, on the scale of the spread of the better half. What is
/// bad is bad, how bad does not matter; the order stays. Where the worse half spreads no wider than the better one, as
/// it is: there the warp would tell less, and did so on Hartmann's function of 3 dimensions.
std::vector<double> half_rank_warp(std::vector<double> values);

/// What the Gaussian process is to learn: the warped values, less their mean, over their standard deviation. What has
/// no value gets Vizier's infeasible value, as bad as min - (range / 2 + 1); -1 where nothing has one.
Eigen::VectorXd targets(std::span<const std::optional<double>> values);

}  // namespace stormsweep::bayes
