#pragma once

#include <filesystem>
#include <string>

#include "datasets/nowcast/extrapolations.hpp"

namespace stormsweep {

/// The extrapolations of a split, as a file in `folder` (those of a search are half as large as its data), made once
/// for all (experiments/task/made_once.hpp) and mapped. `fingerprint`: of the search's data. Throws InputError where
/// the folder cannot be written or its disk is full.
Extrapolations cached_extrapolations(const NowcastPatches& patches, const std::string& split,
                                     const std::string& fingerprint, const std::filesystem::path& folder, int threads);

}  // namespace stormsweep
