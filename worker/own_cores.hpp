#pragma once

#include <cstddef>
#include <span>

#include "search/base/machine.hpp"

namespace stormsweep {

/// Whether nobody else has the cores that this process may run on: they are those of its Slurm job on this machine.
bool cores_are_of_this_job();

/// The cores that worker `own` of a node keeps to where they are of this job: an equal part of those that it shares
/// with other workers, neighbours in the machine (threads of a core, cores of a cache, of a NUMA node, of a socket), so
/// that its memory is near. All that it may run on where its part would have fewer than `threads`.
CoreMask own_cores(std::span<const CoreMask> workers, std::size_t own, int threads);

}  // namespace stormsweep
