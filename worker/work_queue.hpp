#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "search/space/trainings.hpp"

namespace stormsweep {

/// The duties that a worker holds: the service thread puts them in, the training thread takes them out, in order.
class WorkQueue {
 public:
  void put(std::vector<Duty> duties);
  /// The next duty; waits for one; nothing once stopped.
  std::optional<Duty> take();
  /// This gang, and all before it, is given up.
  void abandon(std::uint64_t gang);
  /// Whether the duty is to be left undone.
  bool dropped(const Duty& duty) const { return stopped_ || (duty.gang > 0 && duty.gang <= abandoned_); }
  /// Drops what is held; the running training should end too.
  void stop();
  bool stopped() const { return stopped_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Duty> held_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> abandoned_ = 0;
};

}  // namespace stormsweep
