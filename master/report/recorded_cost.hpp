#pragma once

#include <filesystem>
#include <string_view>

#include "master/schedule/training_cost.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What trainings of the space are expected to take: by the complete trials of its experiment in `database`, where
/// there is such a file, and in cost.like; else as the space states. Throws InputError: see open_for_reading, and
/// expect_search_of for cost.like.
TrainingCost read_cost(const Space& space, const std::filesystem::path& database);

/// Throws InputError where `file`, which `place` names, holds no search of the experiment: its times would tell
/// nothing.
void expect_search_of(const Experiment& experiment, const std::filesystem::path& file, std::string_view place);

}  // namespace stormsweep
