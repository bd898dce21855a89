#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "search/methods/bayes/problem.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// A search space as the model of a Bayesian search sees it: a dimension for each axis that varies, and points, each of
/// which stands for a training.
class ModelledSpace {
 public:
  /// Borrows `trainings`, those of `space`.
  ModelledSpace(const Space& space, const Trainings& trainings);

  std::vector<bayes::Dimension> dimensions() const;
  bayes::Point point(const Configuration& configuration) const;
  /// Whether axes have conditions.
  bool conditional() const { return conditional_; }
  /// The point that stands for all points that differ from it only on axes whose conditions do not hold.
  bayes::Point standing(bayes::Point point) const;
  /// The point to propose for one that the model has found, which ends within rounding of a bound where that is best:
  /// along linear ranges of reals the nearest step of a millionth of their width.
  bayes::Point on_steps(bayes::Point point) const;
  /// Nothing where exclusions leave it no trial.
  std::optional<Training> training(TrainingId id, const bayes::Point& point) const;
  /// Whether the point, on steps, has a training, stands for itself, and is not among `taken`. On a grid `taken` is
  /// ignored: there the model itself tries no point twice.
  bool allows(const bayes::Point& point, const std::set<bayes::Point>& taken) const;

 private:
  /// An axis that varies, in the space and in the model.
  struct ModelAxis {
    Axis axis;            ///< with values even for an interval, where the model has digits for that
    std::size_t in_grid;  ///< its number in Trainings::grid
    bayes::Dimension dimension = {};

    ModelAxis(const Axis& axis, const Hyperparameter& hyperparameter, std::size_t in_grid);
    double coordinate(const Configuration& configuration) const;
    /// The place in a continuous axis of the space.
    double place(double coordinate) const;
    /// For a continuous axis of the space: the coordinate of every point at which its conditions do not hold.
    double middle() const;
  };

  /// Of a continuous axis: the digit of its interval.
  Digits digits_of(const bayes::Point& point) const;

  const Trainings& trainings_;
  std::vector<ModelAxis> axes_;
  std::vector<std::size_t> intervals_;  ///< where all continuous axes stand in Trainings::grid, in their order
  bool continuous_ = false, conditional_ = false;
};

}  // namespace stormsweep
