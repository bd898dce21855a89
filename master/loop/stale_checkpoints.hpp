#pragma once

#include <filesystem>
#include <string>

#include "master/store/store.hpp"

namespace stormsweep {

/// Removes the checkpoints, of that fingerprint (checkpoint_fingerprint), with which nobody goes on now that the search
/// of `store` is complete: those that a crash has left, or of trainings that an edit has taken out of its space.
/// Workers have stopped.
void remove_stale_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint, Store& store);

/// Removes the checkpoint of a training that will not go on, by its curve (search/space/cache_files.hpp), where there
/// is one.
void remove_checkpoint(const std::filesystem::path& cache, const std::string& fingerprint, const Identity& curve);

}  // namespace stormsweep
