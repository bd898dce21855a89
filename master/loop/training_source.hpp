#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "master/loop/run_limits.hpp"
#include "master/schedule/longest_first.hpp"
#include "master/store/store.hpp"
#include "search/base/time.hpp"
#include "search/space/share.hpp"
#include "search/space/space.hpp"
#include "search/space/synchronous.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What is left to train: our part of the grid without what the store has, those expected to take longest first, as far
/// as limits and time allow. Borrows all that it is given.
class TrainingSource {
 public:
  TrainingSource(const Space& space, Store& store, const Share& share, RunLimits& limits);

  /// Trials of our part, where they can be counted.
  std::optional<std::uint64_t> total() const { return total_; }
  /// The next training to begin; nothing once there is none that may.
  std::optional<Training> next(Seconds now);
  /// Some of what is left would not have ended in time.
  bool unstarted() const { return unstarted_; }

  /// A complete trial of this run, from which expectations are made.
  void learn(const Training& training, std::size_t milestone, double wall_seconds);
  std::optional<double> expected(const Training& training) const { return order_.expected(training); }

  /// Training number `id` as a worker that computes its share has it, with its attempt as the store knows it.
  std::optional<Training> at(TrainingId id) const;
  /// Trainings with nothing left to do. Looks through the grid until all that is stored has been found.
  std::vector<TrainingRange> done() const;

 private:
  std::optional<Training> next_of_grid();

  Store& store_;
  Share share_;
  RunLimits& limits_;
  Trainings trainings_;
  std::optional<std::uint64_t> total_;
  std::uint64_t next_ = 0;  ///< the first training not yet looked at
  LongestFirst order_;
  bool unstarted_ = false, given_up_ = false;
};

}  // namespace stormsweep
