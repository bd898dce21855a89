#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/configuration.hpp"
#include "search/id.hpp"
#include "search/space.hpp"

namespace stormsweep {

/// One training: the unit of dispatch. It makes one trial a milestone; all trials agree in everything but the milestone
/// hyperparameter (epochs). Where an experiment has no milestones, or sharing is off, a training is one trial.
struct Training {
  TrainingId id;                       ///< its number in the grid of trainings
  Configuration configuration;         ///< the milestone hyperparameter at its largest wanted value
  std::vector<std::int64_t> milestones;///< ascending epochs, the last is the training's length; empty: no milestone axis
  std::uint32_t attempt = 1;           ///< raised when a worker was lost with it

  std::size_t trials() const { return milestones.empty() ? 1 : milestones.size(); }
  /// The configuration of its trial number `k` (0-based).
  Configuration trial(std::size_t k, const Experiment& experiment) const;
  bool operator==(const Training&) const = default;
};

/// The grid of trainings of a space, as an index: the grid without the milestone axis where epochs are shared, the grid
/// itself otherwise. Training numbers are stable for a given space and sharing mode.
class Trainings {
 public:
  explicit Trainings(const Space& space);

  /// Trainings, those included that exclusions leave without a trial.
  std::uint64_t size() const { return grid_.size(); }
  /// Trainings with at least one trial, where that can be counted (Grid::count).
  std::optional<std::uint64_t> count() const;
  /// Training number `id`; nothing if exclusions leave it no trial.
  std::optional<Training> at(TrainingId id) const;

 private:
  const Space& space_;
  std::optional<std::size_t> milestone_axis_;  ///< index into space.axes; set only where epochs are shared
  Grid grid_{{}};
};

}  // namespace stormsweep
