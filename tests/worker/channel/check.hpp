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

/// relay_test.cpp: to be called by all ranks.
void relay_contract(MpiChannel& channel);

/// all_reduce_test.cpp: to be called by all ranks, last, because a sum stays unfinished.
void all_reduce_contract(MpiChannel& channel);

}  // namespace stormsweep
