#pragma once

#include <filesystem>
#include <string>

#include "master/store/store.hpp"

namespace stormsweep {

/// Removes the checkpoints of that fingerprint (checkpoint_fingerprint) that nobody will continue from, now that the
/// search of `store` is complete: those that a crash left, or of trainings that an edit removed from the space. Call
/// once workers have stopped.
void remove_stale_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint, Store& store);

}  // namespace stormsweep
