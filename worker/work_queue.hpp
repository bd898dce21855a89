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

/// The assignments that a worker holds: the service thread puts them in, the training thread takes them out, in order.
class WorkQueue {
 public:
  void put(std::vector<Assignment> assignments);
  /// The next assignment; waits for one; nothing once stopped.
  std::optional<Assignment> take();
  /// Gives up this gang and all before it.
  void abandon(std::uint64_t gang);
  /// Whether the assignment is to be left undone.
  bool dropped(const Assignment& assignment) const {
    return stopped_ || (assignment.gang > 0 && assignment.gang <= abandoned_);
  }
  /// Drops what is held; the running training should end too.
  void stop();
  bool stopped() const { return stopped_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Assignment> held_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> abandoned_ = 0;
};

}  // namespace stormsweep
