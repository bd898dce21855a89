#pragma once

#include <string>

#include "datasets/nowcast/extrapolations.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// The extrapolations of a split, as a file in the cache (those of a search are half as large as its data), made once
/// for all and mapped. Throws what made_once throws (experiments/task/made_once.hpp).
Extrapolations cached_extrapolations(const NowcastPatches& patches, const std::string& split,
                                     const TaskContext& context);

}  // namespace stormsweep
