#pragma once

#include <atomic>
#include <cstdio>

#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

inline std::atomic<int> failures = 0;  ///< in this process

inline void check(bool holds, const char* what, const Channel& channel) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "rank %d: not so: %s\n", channel.rank(), what);
}

/// In relay_test.cpp; all ranks must call it.
void relay_contract(MpiChannel& channel);

/// In all_reduce_test.cpp; all ranks must call it, last, because a sum stays unfinished.
void all_reduce_contract(MpiChannel& channel);

}  // namespace stormsweep
