#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Bayesian search (bayes/proposal.hpp): each training is where a Gaussian process fitted to the ended ones expects the
/// most improvement. The first max(axes + 2, width) trainings are a Sobol sequence's.
///
/// Training number i is a function of the results of the trainings up to i - width, and of the configurations of those
/// in between, taken as if they had ended as expected; of nothing else. So `width` of them may run at once, in whatever
/// order they end. A training's result is that of its last milestone.
///
/// Proposals are computed in a thread of their own. `past`: those of earlier runs, which are reused rather than
/// computed again, because a fit may differ in its last digits on another kind of processor. If there are none, its
/// `known` configurations are the first proposals.
std::unique_ptr<Method> make_bayes(const Space& space, const ProposalHistory& past);

/// The width of a search that begins with so many workers.
std::uint64_t width_at_start(const Space& space, std::size_t workers);

}  // namespace stormsweep
