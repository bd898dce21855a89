#include "search/base/awake_time.hpp"

#include <mutex>

#include "search/base/pulse.hpp"
#include "search/base/waking_clock.hpp"

namespace stormsweep {

namespace {

constexpr Seconds longest_step{1};

/// Asked often, by a thread of its own: a step of a training may take longer than a short pause.
class ProcessClock {
 public:
  Seconds now() {
    const std::lock_guard lock(mutex_);
    return clock_.at(steady_time());
  }

 private:
  std::mutex mutex_;
  WakingClock clock_{steady_time(), longest_step};
  Pulse looks_{longest_step / 4, [this] { now(); }};  // last: it uses the others
};

}  // namespace

Seconds awake_time() {
  static ProcessClock clock;
  return clock.now();
}

}  // namespace stormsweep
