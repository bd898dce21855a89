#pragma once

#include <optional>
#include <string>

#include "search/space/space.hpp"

namespace stormsweep {

/// A search's space as its database has it, and so with the user's own experiment as that was; nothing where it can be
/// read no more.
std::optional<Space> read_earlier(const std::string& text, const std::string& search);

/// Where trials of `earlier` would share trainings otherwise by `experiment`, how they do and would, in words: then
/// they have other numbers and results. Neither fingerprint nor numbering tells. Empty: they share them alike.
std::string shared_otherwise(const Space& earlier, const Experiment& experiment);

}  // namespace stormsweep
