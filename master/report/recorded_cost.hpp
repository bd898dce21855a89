#pragma once

#include <filesystem>

#include "master/schedule/training_cost.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What trainings of the space are expected to take: by the complete trials of its experiment in `database`, where
/// there is such a file, and in cost.like; else as the space states. Throws InputError: see open_for_reading.
TrainingCost read_cost(const Space& space, const std::filesystem::path& database);

}  // namespace stormsweep
