#pragma once

#include <cstdint>
#include <optional>

#include "search/base/id.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

/// One of `count` shares of a search's trainings. Jobs that take a share each (the tasks of a Slurm array) need not
/// communicate: every training is in exactly one share.
///
/// Shares run diagonally through a grid: training number n is in share (n + n / count) mod count. With n mod count an
/// axis of `count` values that turns fastest would give each job one value of it, and one job all the long trainings.
struct Share {
  std::uint64_t index = 0, count = 1;  ///< index < count

  bool has(TrainingId training) const {
    return (training.value % count + training.value / count % count) % count == index;
  }
  /// The first number from `from` on that is in the share.
  TrainingId next(TrainingId from) const;
  bool operator==(const Share&) const = default;
};

/// Trials of a share of a sequence; nothing where they cannot be counted, or are too many to look at.
std::optional<std::uint64_t> count_trials(Sequence& sequence, const Share& share);

}  // namespace stormsweep
