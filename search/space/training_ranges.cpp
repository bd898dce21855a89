#include "search/space/training_ranges.hpp"

namespace stormsweep {

std::vector<TrainingRange> ranges(std::span<const TrainingId> ascending) {
  std::vector<TrainingRange> result;
  for (const auto [id] : ascending) {
    if (!result.empty() && result.back().last + 1 == id)
      result.back().last = id;
    else
      result.push_back({id, id});
  }
  return result;
}

}  // namespace stormsweep
