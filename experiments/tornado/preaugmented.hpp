#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/storms/storm_augmentation.hpp"
#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// What determines a file of preaugmented storms.
struct Preaugmentation {
  std::string fingerprint;  ///< of the search's data
  std::int64_t copies = 1;
  WindRotation winds = WindRotation::vectors;
  std::uint64_t seed = 0;  ///< of the task
};

/// The transformed copies of `natural` as a file in `folder`: storm i of copy c is number c * N + i, transformed by a
/// random stream of its own. Made once for all (experiments/task/made_once.hpp), then mapped. Throws InputError where
/// the folder cannot be written or its disk is full.
Storms preaugmented(const Storms& natural, const Preaugmentation& what, const std::filesystem::path& folder);

}  // namespace stormsweep
