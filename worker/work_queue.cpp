#include "worker/work_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stormsweep {

void WorkQueue::put(std::vector<Assignment> assignments) {
  {
    const std::lock_guard lock(mutex_);
    std::move(assignments.begin(), assignments.end(), std::back_inserter(held_));
  }
  changed_.notify_one();
}

std::optional<Assignment> WorkQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || !held_.empty(); });
  if (stopped_) return std::nullopt;
  Assignment assignment = std::move(held_.front());
  held_.pop_front();
  return assignment;
}

void WorkQueue::abandon(std::uint64_t gang) {
  abandoned_ = std::max<std::uint64_t>(abandoned_, gang);
}

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    held_.clear();
  }
  changed_.notify_one();
}

}  // namespace stormsweep
