#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "search/methods/method.hpp"
#include "search/methods/sequence.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// A bracket to come: `size` configurations that begin at rung `first`.
struct BracketPlan {
  std::size_t first = 0;
  std::uint64_t size = 1;
  bool operator==(const BracketPlan&) const = default;
};

/// The rungs of a space: its milestones, ascending.
std::vector<std::int64_t> rungs(const Space& space);

/// Number `bracket` of the space's method. halving: all alike, from rung 0, of MethodSettings::size configurations, or
/// as many as leave one for the last rung. hyperband (Li et al. 2018): with R rungs, the brackets take turns, from the
/// one that halves R - 1 times to the one that trains all configurations to the end; the one that halves s times has
/// ceil(R / (s + 1) * eta^s) configurations.
BracketPlan plan_of(const Space& space, std::uint64_t bracket);
/// MethodSettings::brackets; else as many as limits.trials allows; else one for halving, one of each kind for
/// hyperband. Throws InputError where limits.trials allows none.
std::uint64_t brackets(const Space& space);

/// A bracket as far as the sequence has configurations for it.
struct BracketShape {
  std::uint64_t number;
  std::size_t first;                   ///< rung
  std::vector<std::uint64_t> members;  ///< of that rung and those above
};
/// The brackets of a share, if no trial fails.
std::vector<BracketShape> bracket_shapes(const Space& space, const Share& share = {});

/// The sequence MethodSettings::from of configurations without epochs.
std::unique_ptr<Sequence> configurations(const Space& space);

/// Successive halving and hyperband. Each bracket in turn takes the next configurations of the sequence
/// MethodSettings::from. What begins next is from the oldest bracket with something ready, at its highest such rung;
/// where none has any, from the next bracket. So brackets overlap and ranks stay busy, and what a bracket decides does
/// not depend on that (Bracket).
///
/// A rung is a training of one trial, the number of epochs of that rung; where the training does not depend on its
/// length, it continues from the checkpoint of the rung below. Share i of n has the brackets i, i + n, i + 2 n, ...
std::unique_ptr<Method> make_halving(const Space& space, const Share& share);

}  // namespace stormsweep
