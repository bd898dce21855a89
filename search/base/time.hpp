#pragma once

#include <chrono>

namespace stormsweep {

using Seconds = std::chrono::duration<double>;

/// Seconds since some moment, on a clock that nobody sets: for durations.
inline Seconds steady_time() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace stormsweep
