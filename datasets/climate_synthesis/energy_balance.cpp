#include "datasets/climate_synthesis/energy_balance.hpp"

#include <cmath>

#include "datasets/climate/climate_layout.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep {

namespace {

constexpr double years_a_month = 1.0 / 12;

/// Solves below[i] x[i-1] + middle[i] x[i] + above[i] x[i+1] = right[i] for x (Thomas algorithm).
std::vector<double> solve(const std::vector<double>& below, std::vector<double> middle,
                          const std::vector<double>& above, std::vector<double> right) {
  for (std::size_t i = 1; i < middle.size(); ++i) {
    const double factor = below[i] / middle[i - 1];
    middle[i] -= factor * above[i - 1], right[i] -= factor * right[i - 1];
  }
  right.back() /= middle.back();
  for (std::size_t i = middle.size() - 1; i-- > 0;) right[i] = (right[i] - above[i] * right[i + 1]) / middle[i];
  return right;
}

}  // namespace

EnergyBalance::EnergyBalance(const std::vector<double>& latitudes, const EnergyBalanceParameters& parameters)
    : parameters_(parameters), surface_(latitudes.size()), deep_(latitudes.size()) {
  const std::vector<double> borders = row_borders(latitudes);
  const auto sine = [](double latitude) { return std::sin(latitude * degree); };
  for (std::size_t i = 0; i < latitudes.size(); ++i) {
    const double x = sine(latitudes[i]);
    shares_.push_back((sine(borders[i + 1]) - sine(borders[i])) / 2);
    feedback_.push_back(parameters.feedback + (parameters.polar_feedback - parameters.feedback) * x * x);
    if (i + 1 == latitudes.size()) continue;
    const double border = sine(borders[i + 1]);
    exchange_.push_back(parameters.diffusion * (1 - border * border) / (sine(latitudes[i + 1]) - x) / 2);
  }
}

const std::vector<double>& EnergyBalance::step(const std::vector<double>& forcing) {
  const std::size_t rows = shares_.size();
  std::vector<double> below(rows), middle(rows), above(rows), right(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const double capacity = parameters_.surface / years_a_month;
    below[i] = i > 0 ? -exchange_[i - 1] : 0;
    above[i] = i + 1 < rows ? -exchange_[i] : 0;
    middle[i] = shares_[i] * (capacity + feedback_[i] + parameters_.mixing) - below[i] - above[i];
    right[i] = shares_[i] * (capacity * surface_[i] + forcing[i] + parameters_.mixing * deep_[i]);
  }
  surface_ = solve(below, middle, above, right);
  for (std::size_t i = 0; i < rows; ++i)
    deep_[i] += years_a_month * parameters_.mixing / parameters_.deep * (surface_[i] - deep_[i]);
  return surface_;
}

}  // namespace stormsweep
