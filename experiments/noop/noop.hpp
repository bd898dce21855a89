#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "search/configuration.hpp"
#include "search/outcome.hpp"

namespace stormsweep {

/// One trial of the noop experiment: sleeps, then ends as its configuration says. `abort` does not return.
/// The score is a number in [0, 1) drawn from (seed, index, replicate). Nothing if `stopped` turned true while it
/// slept.
std::optional<Outcome> run_noop(const Configuration& configuration, const Experiment& experiment, std::uint64_t seed,
                                const std::function<bool()>& stopped);

}  // namespace stormsweep
