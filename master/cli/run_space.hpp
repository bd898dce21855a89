#pragma once

#include "master/cli/run_options.hpp"
#include "master/cli/sized_search.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// The search space of a run, with its options applied; sets `options.results`. Throws InputError: what
/// read_lasting_space and check_options throw.
Space read_run_space(RunOptions& options);

/// size_search of this space, with the schedule that `options` ask for.
SizedSearch size_run(const Space& space, const RunOptions& options, int workers);

}  // namespace stormsweep
