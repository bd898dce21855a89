#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "search/trainings.hpp"

namespace stormsweep {

/// The trainings that a worker holds: the service thread puts them in, the training thread takes them out, in order.
class WorkQueue {
 public:
  void put(std::vector<Training> trainings);
  /// The next training; waits for one; nothing once stopped.
  std::optional<Training> take();
  /// Drops what is held; the running training should end too.
  void stop();
  bool stopped() const { return stopped_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Training> held_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace stormsweep
