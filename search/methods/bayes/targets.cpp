#include "search/methods/bayes/targets.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>

namespace stormsweep::bayes {

namespace {

/// Of the distances from `centre`; 0 of none.
double root_mean_square(std::span<const double> values, double centre) {
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, values.size())));
}

/// To mean 0 and standard deviation 1; to 0 where all are equal.
std::vector<double> standardised(std::vector<double> values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  const double deviation = root_mean_square(values, mean);
  for (double& value : values) value = deviation > 0 ? (value - mean) / deviation : 0;
  return values;
}

double infeasible(const std::vector<double>& values) {
  if (values.empty()) return -1;
  const auto [least, greatest] = std::ranges::minmax(values);
  return least - ((greatest - least) / 2 + 1);
}

}  // namespace

std::vector<double> half_rank_warp(std::vector<double> values) {
  if (values.empty()) return values;
  auto sorted = values;
  const double median = boost::math::statistics::median(sorted);
  std::ranges::sort(sorted);
  sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
  const auto centre = std::ranges::lower_bound(sorted, median);
  const double above = root_mean_square({centre, sorted.end()}, median);
  if (above >= root_mean_square({sorted.begin(), std::ranges::upper_bound(sorted, median)}, median)) return values;
  const double spread = above > 0 ? above : root_mean_square(sorted, median);
  const double below = static_cast<double>(centre - sorted.begin()) + (*centre == median ? 0.5 : 0);
  for (double& value : values) {
    if (value >= median) continue;
    const auto rank = static_cast<double>(std::ranges::lower_bound(sorted, value) - sorted.begin());
    value = median + spread * boost::math::quantile(boost::math::normal(), 0.5 * (rank + 0.5) / below);
  }
  return values;
}

Eigen::VectorXd targets(std::span<const std::optional<double>> values) {
  std::vector<double> known;
  for (const auto& value : values) {
    if (value) known.push_back(*value);
  }
  known = standardised(half_rank_warp(std::move(known)));
  Eigen::VectorXd result = Eigen::VectorXd::Constant(std::ssize(values), infeasible(known));
  auto next = known.begin();
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    if (values[static_cast<std::size_t>(i)]) result(i) = *next++;
  }
  return result;
}

}  // namespace stormsweep::bayes
