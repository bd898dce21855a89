#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Trainings first ... last, both included.
struct TrainingRange {
  std::uint64_t first, last;
  bool operator==(const TrainingRange&) const = default;
};
/// Where a limit of trials ends a sequence of trainings.
struct TrainingLimit {
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();  ///< trainings from here on are beyond it
  std::uint64_t trials_of_last = 0;  ///< of the training before `end` only so many trials count, the shortest; 0: all
  bool operator==(const TrainingLimit&) const = default;
};
/// Ascending ids as the fewest ranges, in which a resumed job tells every rank what is done.
std::vector<TrainingRange> ranges(std::span<const TrainingId> ascending);

}  // namespace stormsweep
