#pragma once

#include <cstdio>

#include "worker/channel/channel.hpp"

namespace stormsweep {

inline int failures = 0;  ///< on this rank

inline void check(bool holds, const char* what, const Channel& channel) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "rank %d: not so: %s\n", channel.rank(), what);
}

/// relay_test.cpp: to be called by all ranks.
void relay_contract(Channel& channel);

/// all_reduce_test.cpp: to be called by all ranks, last, because a sum stays unfinished.
void all_reduce_contract(Channel& channel);

}  // namespace stormsweep
