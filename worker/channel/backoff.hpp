#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace stormsweep {

/// Sleeps between looks for something that MPI has no way to wait for without spinning: ever longer, from `first` to
/// `longest`, so that what comes soon is seen soon, and a long wait costs next to nothing.
class Backoff {
 public:
  Backoff(std::chrono::nanoseconds first, std::chrono::nanoseconds longest) : first_(first), longest_(longest) {}

  void sleep() {
    std::this_thread::sleep_for(pause_);
    pause_ = std::min(pause_ * 5 / 4, longest_);
  }
  /// Call when something came: the next may come soon.
  void reset() { pause_ = first_; }

 private:
  std::chrono::nanoseconds first_, longest_, pause_ = first_;
};

}  // namespace stormsweep
