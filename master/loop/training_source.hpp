#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "master/loop/run_limits.hpp"
#include "master/schedule/events.hpp"
#include "master/schedule/longest_first.hpp"
#include "master/store/store.hpp"
#include "search/base/time.hpp"
#include "search/methods/methods.hpp"
#include "search/methods/sequence.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"
#include "search/space/training_ranges.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What is left to train: the trainings of the space's method, less what the store has, as far as limits and time
/// allow. If the method knows them all from the start, those expected to take longest come first. A method that decides
/// from results is told them, including the store's, and keeps its own order. Borrows all its arguments.
class TrainingSource {
 public:
  /// `workers`: of this run.
  TrainingSource(const Space& space, Store& store, const Share& share, RunLimits& limits, std::size_t workers);

  /// Trials of this share, at most limits.trials, where they can be counted.
  std::optional<std::uint64_t> total() const { return total_; }
  /// The next training to begin.
  Supply next(Seconds now);
  /// How many trainings the method lets run at once; empty: any number.
  std::optional<std::uint64_t> side_by_side() const { return side_by_side_; }
  /// Whether some trainings were not begun because they would not have ended in time.
  bool unstarted() const { return unstarted_; }

  /// A trial of this run has ended.
  void learn(const Training& training, std::size_t milestone, const Outcome& outcome);
  std::optional<double> expected(const Training& training) const { return order_.expected(training); }
  /// How often expectations have changed.
  std::uint64_t fits() const { return order_.fits(); }
  /// Whether the method is computing the next training.
  bool thinking() const { return method_->thinking(); }
  /// Trainings that will not go on, since the last call.
  std::vector<Training> take_dropped() { return method_->take_dropped(); }

  /// Training number `id` as a worker computes it from its share, with the attempt that the store knows.
  std::optional<Training> at(TrainingId id);
  /// Trainings with nothing left to do. Walks the sequence until all stored trials have been found.
  std::vector<TrainingRange> done();
  /// Where limits.trials, or limits.target as far as `done` has found it reached, ends the trainings that workers may
  /// do beyond those.
  TrainingLimit limit();

 private:
  /// The sequence that workers compute their shares of, by the synchronous schedule; made on the first call.
  Sequence& sequence();
  ProposalHistory history(std::size_t workers);
  std::optional<Training> next_wanted();
  std::optional<Training> next_of_method();
  bool is_beyond_target(const Training& training) const;
  void learn_stored(const Training& training);
  void learn(const Training& training, std::size_t milestone, const Ended& ended);
  std::optional<double> choice(const Training& training, std::size_t milestone, const Outcome& outcome);

  const Space& space_;
  Store& store_;
  RunLimits& limits_;
  std::optional<std::uint64_t> side_by_side_;
  std::unique_ptr<Method> method_;
  std::unique_ptr<Sequence> sequence_;
  std::optional<std::uint64_t> total_;
  LongestFirst order_;
  bool unstarted_ = false, given_up_ = false, past_target_ = false;
};

}  // namespace stormsweep
