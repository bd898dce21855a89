#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "search/methods/sequence.hpp"
#include "search/space/training_ranges.hpp"

namespace stormsweep {

/// Which of `hands` gets card number `card` (from 0) when cards are dealt in snake order: forwards, then backwards. The
/// hand that comes last in one round comes first in the next, so that no hand gets only the heavy cards where the axis
/// that decides cost turns fastest, and sums stay even where cost falls or rises along the grid.
std::uint64_t dealt_to(std::uint64_t card, std::uint64_t hands);

/// The number of the gang that trains it (Assignment): the same for all members, and ever larger along the gangs that a
/// rank joins.
std::uint64_t synchronous_gang(const Training& training);

/// Where the first `trials` missing trials end. `missing` returns what is left to do of a training, or nothing.
TrainingLimit limit_of_trials(std::uint64_t trials, Sequence& sequence,
                              const std::function<std::optional<Training>(const Training&)>& missing);

/// One rank's part of the fully synchronous schedule: what it trains, and with whom, computed from the space alone, so
/// that nobody hands anything out. Only for methods that are sequences. (Basalyga et al. 2021 spread heavy and light
/// combinations evenly over the processes; the snake is how we do it.)
///
/// There is a phase for each size of gang (Training::gang), the largest first, so that single ranks, at the end, even
/// out the uneven loads that gangs leave. In the phase of size k, ranks 1 ... P form floor(P / k) gangs of k ranks in a
/// row, and the trainings of that size are dealt to the gangs in snake order; ranks left over go straight on to the
/// next phase. Ranks train in the order (phase, number of training), the same for all, so waiting for mates cannot go
/// round in a circle. Sizes above P are left out: the caller refuses them.
///
/// Nothing is listed: a turn is found by walking the sequence past the turns of others; a grid skips whole runs of
/// other gang sizes where the axis of gang sizes turns slowly. So a grid of 10^15 starts at once.
class SynchronousShare {
 public:
  struct Turn {
    Training training;
    std::vector<int> members;  ///< the ranks of its gang, ascending; shard s of its data is for members[s]
    bool operator==(const Turn&) const = default;
  };
  struct Options {
    std::vector<TrainingRange> done;  ///< trainings with nothing left to do, ascending and apart; not dealt
    TrainingLimit limit;
  };

  /// For rank 1 <= `rank` <= `ranks`. Borrows `space`. A resumed job computes new shares of what is missing. All ranks
  /// must be given the same `space`, `ranks` and `options`.
  SynchronousShare(const Space& space, int rank, int ranks, Options options = {});
  ~SynchronousShare();

  /// The next training of this rank; nothing after the last.
  std::optional<Turn> next();

 private:
  struct Phase;
  /// The first training at or after `from` that is not done and not beyond the limit.
  std::optional<Training> missing(Sequence& sequence, std::uint64_t from) const;

  const Space& space_;
  std::uint64_t rank_, ranks_;  ///< from 0
  Options options_;
  std::vector<std::int64_t> sizes_;  ///< phases to come, the next one last
  std::unique_ptr<Phase> phase_;
};

}  // namespace stormsweep
