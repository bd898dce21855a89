#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "search/methods/method.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The space's method, of the trainings of `share`; what the method cannot share is the caller's to refuse
/// (why_not_shared). `past`: where it makes proposals, those of earlier runs.
std::unique_ptr<Method> make_method(const Space& space, const Share& share = {}, const ProposalHistory& past = {});

/// Trials that a search of the space comes to, where they can be counted: its method's, or limits.trials where that is
/// less.
std::optional<std::uint64_t> limited_trials(const Space& space, std::optional<std::uint64_t> of_method);

}  // namespace stormsweep
