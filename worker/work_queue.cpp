#include "worker/work_queue.hpp"

#include <iterator>
#include <utility>

namespace stormsweep {

void WorkQueue::put(std::vector<Training> trainings) {
  {
    const std::lock_guard lock(mutex_);
    std::move(trainings.begin(), trainings.end(), std::back_inserter(held_));
  }
  changed_.notify_one();
}

std::optional<Training> WorkQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || !held_.empty(); });
  if (stopped_) return std::nullopt;
  Training training = std::move(held_.front());
  held_.pop_front();
  return training;
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
