#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "search/base/machine.hpp"

namespace stormsweep {

/// How many threads worker `own` of a node should have: the cores that it may run on, divided by the workers that may
/// run on one of these, itself included. srun and mpirun can give each its own; mostly all have the same. At least 1.
inline int core_share(std::span<const CoreMask> workers, std::size_t own) {
  const auto shares = [&](const CoreMask& other) { return (other & workers[own]).any(); };
  const auto sharers = static_cast<std::size_t>(std::ranges::count_if(workers, shares));
  return static_cast<int>(std::max<std::size_t>(1, workers[own].count() / sharers));
}

}  // namespace stormsweep
