#pragma once

#include <optional>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// A search's space as stored in its database, with the user's own experiment as it was then; nothing where it can no
/// longer be read.
std::optional<Space> read_earlier(const std::string& text, const std::string& search);

/// If `experiment` would make trials of `earlier` share trainings differently: how they do and would, in words. Then
/// they have other numbers and results, which neither fingerprint nor numbering shows. Otherwise empty.
std::string shared_otherwise(const Space& earlier, const Experiment& experiment);

}  // namespace stormsweep
