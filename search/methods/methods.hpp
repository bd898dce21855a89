#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "search/methods/method.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The space's method, for the trainings of `share`; the caller refuses methods that cannot be shared (why_not_shared).
/// `past`: the proposals of earlier runs, for a method that makes any.
std::unique_ptr<Method> make_method(const Space& space, const Share& share = {}, const ProposalHistory& past = {});

/// A training's place in the order that limits.target goes by: its number, or that of its bracket, as in brackets those
/// of great numbers may be through before others.
inline std::uint64_t place_of(const Training& training) {
  return training.rung ? training.rung->bracket : training.id.value;
}

/// Trials that a search of the space has in all, where they can be counted: its method's, or limits.trials if that is
/// less.
std::optional<std::uint64_t> limited_trials(const Space& space, std::optional<std::uint64_t> of_method);

}  // namespace stormsweep
