#pragma once

#include <memory>

#include "search/methods/method.hpp"
#include "search/methods/share.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The space's method, of the trainings of `share`; what the method cannot share is the caller's to refuse
/// (why_not_shared). `past`: where it makes proposals, those of earlier runs.
std::unique_ptr<Method> make_method(const Space& space, const Share& share = {}, const ProposalHistory& past = {});

}  // namespace stormsweep
