#pragma once

#include <filesystem>
#include <string_view>

#include "master/schedule/training_cost.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What trainings of the space are expected to take: from complete trials of its experiment in `database`, if that
/// exists, and in cost.like; otherwise as the space states. Throws InputError: see open_for_reading, and
/// expect_search_of for cost.like.
TrainingCost read_cost(const Space& space, const std::filesystem::path& database);

/// Throws InputError where `file`, named by `place`, has no search of the experiment: its times would mean nothing.
void expect_search_of(const Experiment& experiment, const std::filesystem::path& file, std::string_view place);

}  // namespace stormsweep
