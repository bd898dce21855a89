#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "search/space/space.hpp"

namespace stormsweep {

/// The extent of a search: its trainings by random, sobol and bayes, its brackets by halving and hyperband. A grid has
/// none to choose.

/// The key of the extent under "method", "trials" or "brackets"; empty for a grid.
std::string_view extent_key(const MethodSettings& method);
/// As the space says.
std::optional<std::uint64_t> extent(const Space& space);

/// Whether the space leaves its extent to limits.hours or limits.rank_hours.
bool sized_by_budget(const Space& space);

/// Why a job array, whose tasks do not communicate, cannot run the space's method; empty where it can.
std::string why_not_shared(const Space& space);

/// The same space with that extent, in its text too.
Space with_extent(Space space, std::uint64_t extent);

}  // namespace stormsweep
