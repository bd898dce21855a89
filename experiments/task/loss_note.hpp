#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// A note for the user where the search minimises the loss, but one of `hyperparameters`, which define what the loss
/// is, has several values in the space: losses then cannot be compared. `remedy` names metrics to choose by.
std::optional<std::string> loss_note(const Space& space, std::initializer_list<const char*> hyperparameters,
                                     const std::string& remedy);

}  // namespace stormsweep
