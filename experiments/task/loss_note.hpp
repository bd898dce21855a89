#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// What to tell the user where the search is for the least loss, and one of `hyperparameters` that decide what the loss
/// is has several values in the space: trials then are best in different things. `remedy` names metrics to choose by.
std::optional<std::string> loss_note(const Space& space, std::initializer_list<const char*> hyperparameters,
                                     const std::string& remedy);

}  // namespace stormsweep
