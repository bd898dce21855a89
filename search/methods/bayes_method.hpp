#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Bayesian search (bayes/proposal.hpp): each training is where a Gaussian process that is fitted to what has ended
/// expects most. The first max(axes + 2, width) trainings are a Sobol sequence's.
///
/// Training number i is a function of the results of the trainings up to i - width and of the configurations of those
/// between, as if they had come out as expected; of nothing else. So `width` of them may run at once, and it does not
/// matter who ends first. A training's result is that of its last milestone.
///
/// Proposals are worked out in a thread of their own. `past`: those of earlier runs, which are taken as they are: a fit
/// may differ in its last digits on another kind of processor.
std::unique_ptr<Method> make_bayes(const Space& space, const ProposalHistory& past);

/// The width of a search that begins with so many workers.
std::uint64_t width_at_start(const Space& space, std::size_t workers);

}  // namespace stormsweep
