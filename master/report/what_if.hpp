#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "master/report/recorded_grid.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What a method would have cost and found on a recorded grid.
struct WhatIf {
  template <class Spent>
  static double cost_of(const Spent& spent) {
    return spent.epochs > 0 ? spent.epochs : static_cast<double>(spent.trials);
  }

  std::uint64_t trainings = 0, trials = 0;  ///< trainings: configurations begun
  double epochs = 0;                        ///< what goes on from a rung costs the difference
  std::optional<double> seconds = 0;        ///< likewise; nothing: not recorded of all its trials
  std::optional<double> found;              ///< the best value
  struct Step {
    std::uint64_t trials;
    double epochs;
    double best;  ///< so far
  };
  std::vector<Step> steps = {};  ///< one a trial, from the first that has a value on

  /// Epochs; trials where there are none.
  double cost() const { return cost_of(*this); }
  /// The best value by the time that so much was spent.
  std::optional<double> best_at(double cost) const;
  /// The first step that is within `share` of the grid's best, or better than it: epochs that only curves have may be.
  const Step* within(double share, const RecordedGrid& grid) const;
};

/// Lets the method of `space` search on the grid, one training at a time. `space` is the grid's own but for its method,
/// seed, and epochs. Throws InputError where it wants what is not recorded.
WhatIf what_if(const Space& space, const RecordedGrid& grid);

/// Over all of `values`, at least one, linear between the two that are nearest: of an even number 0.5 is the mean of
/// the two in the middle. Those without a value come last, and between one with and one without the former counts
/// alone.
std::optional<double> quantile(std::vector<std::optional<double>> values, double q);

}  // namespace stormsweep
