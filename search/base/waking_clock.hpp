#pragma once

#include <algorithm>

#include "search/base/time.hpp"

namespace stormsweep {

/// Time for judging how long others have been silent: it stands still while its owner does not run (Ctrl-Z, a suspended
/// job, a machine asleep), because messages that came in that time have not been read yet. Ask it often: between two
/// answers it advances by `longest_step` at most.
class WakingClock {
 public:
  WakingClock(Seconds now, Seconds longest_step) : last_(now), longest_step_(longest_step) {}

  /// The waking time at `now`; it never goes back.
  Seconds at(Seconds now) {
    slept_ += std::max(Seconds(0), now - last_ - longest_step_);
    last_ = now;
    return now - slept_;
  }

 private:
  Seconds last_, longest_step_, slept_{0};
};

}  // namespace stormsweep
