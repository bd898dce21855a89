#pragma once

#include <filesystem>
#include <string>

#include "datasets/nowcast/extrapolations.hpp"

namespace stormsweep {

/// The extrapolations of a split, as a file in `folder` (those of a search are a third of its data). Made by whichever
/// process asks first, while the others that want them wait (a lock that the kernel releases if the maker dies); then
/// mapped by all. `fingerprint`: of the search's data. Throws InputError where the folder cannot be written or its disk
/// is full.
Extrapolations cached_extrapolations(const NowcastPatches& patches, const std::string& split,
                                     const std::string& fingerprint, const std::filesystem::path& folder, int threads);

}  // namespace stormsweep
