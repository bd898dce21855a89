#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// Trainings first ... last, both included.
struct TrainingRange {
  std::uint64_t first, last;
  bool operator==(const TrainingRange&) const = default;
};
/// Ascending ids as the fewest ranges: what a resumed job tells every rank of what is done.
std::vector<TrainingRange> ranges(std::span<const TrainingId> ascending);

}  // namespace stormsweep
