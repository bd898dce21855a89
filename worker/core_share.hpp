#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "search/base/machine.hpp"

namespace stormsweep {

/// How many threads worker `own` of a node should have: the cores that it may run on, of which it may keep `usable`
/// busy (search/base/machine.hpp), divided by the workers that may run on one of these, itself included. srun and
/// mpirun can give each its own; mostly all have the same. At least 1.
inline int core_share(std::span<const CoreMask> workers, std::size_t own, int usable) {
  const auto shares = [&](const CoreMask& other) { return (other & workers[own]).any(); };
  const auto sharers = static_cast<std::size_t>(std::ranges::count_if(workers, shares));
  const std::size_t cores = std::min(workers[own].count(), static_cast<std::size_t>(usable));
  return static_cast<int>(std::max<std::size_t>(1, cores / sharers));
}

}  // namespace stormsweep
