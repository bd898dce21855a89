#pragma once

#include <cmath>
#include <cstdint>
#include <mutex>

#include "search/messages/wire.hpp"

namespace stormsweep {

/// What this rank is doing: set by whoever works, read by whoever sends heartbeats. From any thread.
class Activity {
 public:
  void stage(std::int64_t bytes, std::int64_t of) { set({.work = wire::Work::staging, .done = bytes, .all = of}); }
  void prepare(double share) { set({.work = wire::Work::preparing, .done = std::llround(1000 * share), .all = 1000}); }
  void train(std::int64_t epoch, std::int64_t epochs, std::int64_t batches, std::int64_t of) {
    set({wire::Work::training, epoch, epochs, batches, of});
  }
  /// `work`: validating or testing, in the epoch that was trained last.
  void evaluate(wire::Work work, std::int64_t samples, std::int64_t of) {
    const std::lock_guard lock(mutex_);
    pursuit_.work = work, pursuit_.done = samples, pursuit_.all = of;
  }
  void rest() { set({}); }

  wire::Pursuit now() const {
    const std::lock_guard lock(mutex_);
    return pursuit_;
  }

 private:
  void set(const wire::Pursuit& pursuit) {
    const std::lock_guard lock(mutex_);
    pursuit_ = pursuit;
  }

  mutable std::mutex mutex_;
  wire::Pursuit pursuit_;
};

}  // namespace stormsweep
