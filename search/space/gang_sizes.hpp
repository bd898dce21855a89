#pragma once

#include <cstdint>
#include <vector>

#include "search/space/space.hpp"

namespace stormsweep {

/// The sizes of gangs that a space names, ascending: values of the hyperparameter `gpus`. Exclusions may leave some of
/// them no configuration.
std::vector<std::int64_t> gang_sizes(const Space& space);

/// `space` without the configurations of other gang sizes; numbers of configurations and trainings stay what they are.
Space only_gangs_of(std::int64_t size, const Space& space);

/// The most ranks that a configuration of the space wants together.
std::int64_t largest_gang(const Space& space);

}  // namespace stormsweep
