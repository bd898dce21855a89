#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/base/id.hpp"
#include "search/space/conditions.hpp"
#include "search/space/configuration.hpp"
#include "search/space/settled_grid.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Where a trial stands in a search that trains step by step (search/methods/halving.hpp).
struct Rung {
  std::uint32_t bracket = 0, number = 0;  ///< both from 0
  bool goes_on = false;                   ///< its training may continue from here: its checkpoint stays
  bool operator==(const Rung&) const = default;
};

/// One training: the unit of dispatch. It makes one trial a milestone; all trials agree in everything but the milestone
/// hyperparameter (epochs). Where an experiment has no milestones, or sharing is off, a training is one trial.
struct Training {
  TrainingId id;                         ///< its number in the search's sequence (search/methods/sequence.hpp)
  Configuration configuration;           ///< the milestone hyperparameter at its largest wanted value
  std::vector<std::int64_t> milestones;  ///< ascending epochs, the last is the training's length; empty where the
                                         ///< experiment has no milestone hyperparameter
  std::uint32_t attempt = 1;             ///< raised when a worker was lost with it
  std::uint32_t gang = 1;                ///< ranks that train it together: the hyperparameter `gpus`, if there is one
  std::optional<Rung> rung = {};         ///< of its one trial, where there are rungs

  std::size_t trials() const { return milestones.empty() ? 1 : milestones.size(); }
  /// The configuration of its trial number `k` (0-based).
  Configuration trial(std::size_t k, const Experiment& experiment) const;
  /// What is left once its first `done` trials have ended.
  Training rest(std::size_t done) const;
  bool operator==(const Training&) const = default;
};

/// A training and who does it.
struct Assignment {
  Training training;
  std::uint64_t gang = 0;             ///< number of the gang, ever larger within a job; 0: a rank alone
  std::vector<std::int32_t> members;  ///< of the gang, ranks ascending: members[s] trains shard s, members[0] leads

  bool operator==(const Assignment&) const = default;
};

/// The grid of trainings of a space, as an index: the grid without the milestone axis where epochs are shared, the grid
/// itself otherwise. Where only some configurations can share (any_length_alike), it is the grid itself too: trainings
/// that make several trials stand at the last digit of the milestone axis, with nothing at its others. Training numbers
/// are stable for a given space and sharing mode. Borrows the space.
class Trainings {
 public:
  explicit Trainings(const Space& space);

  /// Trainings, including those that exclusions leave without a trial.
  std::uint64_t size() const { return grid_.size(); }
  /// Trainings with at least one trial, where that can be counted (Grid::count).
  std::optional<std::uint64_t> count() const;
  /// The grid that they are numbered by.
  const Grid& grid() const { return grid_; }
  /// The number in grid() of axis `axis` of the space; nothing for the milestone axis where grid() lacks it.
  std::optional<std::size_t> in_grid(std::size_t axis) const;
  /// For each axis of grid(), how many digits a draw may take: those that the space lists.
  std::vector<std::uint32_t> listed() const;
  /// The points of grid() that stand for themselves, numbered without gaps.
  SettledGrid settled_grid() const { return {conditions_, space_.grid.sizes(), left_out()}; }
  /// The points of grid() at which every axis with a guess, whose conditions hold, is at its guess.
  Grid guessed() const;
  /// The digits that `digits` of grid() stand for (Conditions::settle).
  Digits settled(Digits digits) const;
  /// Training number `id` < size(); nothing if exclusions leave it no trial.
  std::optional<Training> at(TrainingId id) const { return at(id, grid_.digits(id.value)); }
  /// The training at `digits` of grid(), and at `places` on continuous axes (Space::configuration), called `id`.
  std::optional<Training> at(TrainingId id, Digits digits, std::span<const double> places = {}) const;
  /// The first training from number `from` on that has a trial; runs without one are skipped at once (Grid::next).
  std::optional<Training> next(TrainingId from) const;

  /// Epochs to be trained in all: `together`, each training once up to its last milestone; `apart`, each trial by
  /// itself.
  struct Cost {
    double together, apart;
  };
  /// Nothing where epochs are not shared, or it cannot be counted.
  std::optional<Cost> cost() const;

 private:
  /// An axis some of whose values make a training depend on its length: the digits of these (`alone`) and of the
  /// others.
  struct Mixture {
    std::size_t axis;
    std::vector<std::uint32_t> alone, shared;
  };

  std::optional<Mixture> mixture() const;
  /// Numbered without the milestone axis: trainings that share epochs and have at least one of `milestones` (digits of
  /// the milestone axis); nothing if there are too many ways in which exclusions take them all.
  std::optional<Grid> sharing_grid(std::span<const std::uint32_t> milestones) const;
  /// The whole grid, with a place for each training.
  Grid mixed_grid(const Grid& sharing) const;
  /// How many configurations share no epochs and have this milestone.
  std::optional<std::uint64_t> count_alone(std::uint32_t milestone) const;
  /// The axis that grid_ lacks.
  std::optional<std::size_t> left_out() const { return mixture_ ? std::nullopt : milestone_axis_; }
  std::uint32_t last_milestone() const { return static_cast<std::uint32_t>(ascending_.size() - 1); }
  std::int64_t milestone(std::uint32_t digit) const;

  const Space& space_;
  std::optional<std::size_t> milestone_axis_;  ///< index into space.axes; set only where epochs are shared
  std::vector<std::uint32_t> ascending_;       ///< the milestone axis's digits, by value
  std::optional<Mixture> mixture_;             ///< set only where some trainings share epochs and some do not
  Grid grid_{{}};
  Conditions conditions_;  ///< by axes of the space
  bool exact_ = true;      ///< grid_ excludes all trainings without a trial, not only some
};

}  // namespace stormsweep
