#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "master/report/recorded_grid.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The cost and the result that a method would have had on a recorded grid.
struct WhatIf {
  template <class Spent>
  static double cost_of(const Spent& spent) {
    return spent.epochs > 0 ? spent.epochs : static_cast<double>(spent.trials);
  }

  std::uint64_t trainings = 0, trials = 0;  ///< trainings: configurations begun
  double epochs = 0;                        ///< continuing from a rung costs only the difference
  std::optional<double> seconds = 0;        ///< likewise; nothing where some trial's time is not recorded
  std::optional<double> found;              ///< the best value
  struct Step {
    std::uint64_t trials;
    double epochs;
    double best;                         ///< so far
    std::optional<double> seconds = {};  ///< as above
  };
  std::vector<Step> steps = {};  ///< one for each trial, from the first that has a value

  /// Epochs; trials where there are no epochs.
  double cost() const { return cost_of(*this); }
  /// The best value found by the time that `cost` was spent.
  std::optional<double> best_at(double cost) const;
  /// The first step within `share` of the grid's best, or better: epochs that are only in curves may be better.
  const Step* within(double share, const RecordedGrid& grid) const;
};

/// Lets the method of `space` search on the grid, one training at a time. `space` is the grid's own except for method,
/// seed, and epochs. Throws InputError where the method wants a trial that is not recorded.
WhatIf what_if(const Space& space, const RecordedGrid& grid);

/// The `q`-quantile of `values` (at least one), linear between the two nearest: for an even number 0.5 gives the mean
/// of the two in the middle. Missing values come last; between one with and one without a value the former counts
/// alone.
std::optional<double> quantile(std::vector<std::optional<double>> values, double q);

}  // namespace stormsweep
