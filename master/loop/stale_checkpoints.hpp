#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "master/store/store.hpp"

namespace stormsweep {

/// Removes the checkpoints, of data of that fingerprint, with which nobody goes on now that the search of `store` is
/// complete: those that a crash has left, or of trainings that an edit has taken out of its space. Workers have
/// stopped.
void remove_stale_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint, Store& store);

/// Removes the checkpoints of trainings that will not go on, by their curves (search/space/cache_files.hpp), where
/// there are any.
void remove_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint,
                        const std::vector<Identity>& curves);

}  // namespace stormsweep
