#pragma once

#include <cstdint>

#include "datasets/storms/storm_augmentation.hpp"
#include "datasets/storms/storms.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// What determines a file of preaugmented storms, beside the data.
struct Preaugmentation {
  std::int64_t copies = 1;
  WindRotation winds = WindRotation::vectors;
  std::uint64_t seed = 0;  ///< of the task
};

/// The transformed copies of `natural` as a file in the cache: storm i of copy c is number c * N + i, transformed by a
/// random stream of its own. Made once for all, then mapped. Throws what made_once throws
/// (experiments/task/made_once.hpp).
Storms preaugmented(const Storms& natural, const Preaugmentation& what, const TaskContext& context);

}  // namespace stormsweep
