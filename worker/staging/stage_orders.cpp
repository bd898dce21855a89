#include "worker/staging/stage_orders.hpp"

#include <utility>

namespace stormsweep {

void StageOrders::put(wire::Stage order) {
  const std::lock_guard lock(mutex_);
  order_ = std::move(order);
  changed_.notify_all();
}

void StageOrders::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

std::optional<wire::Stage> StageOrders::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || order_; });
  if (stopped_) return std::nullopt;
  return std::exchange(order_, std::nullopt);
}

bool StageOrders::superseded() const {
  const std::lock_guard lock(mutex_);
  return stopped_ || order_;
}

}  // namespace stormsweep
