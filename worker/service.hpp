#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "search/base/time.hpp"
#include "search/messages/wire.hpp"
#include "worker/activity.hpp"
#include "worker/channel/channel.hpp"
#include "worker/staging/stage_orders.hpp"
#include "worker/work_queue.hpp"

namespace stormsweep {

/// Hears the master and shows signs of life, by a thread beside the training: a step that takes a minute is not a
/// death. Only that thread receives from the channel while the service lives.
class Service {
 public:
  /// `activity`: what the signs of life tell of. `lost_after`: silence that the master takes for death. Where the
  /// master itself is silent for three times as long, and 10 s at least, the process ends.
  Service(Channel& channel, WorkQueue& queue, StageOrders& orders, const Activity& activity, Seconds lost_after);

  /// Whether MPI may be left in order: nobody has died. To be asked once the queue is stopped.
  bool may_finalize() const { return finalize_; }

 private:
  void loop(const std::stop_token& stop);
  void on(wire::Welcome&) {}  // said once, before there is a service
  void on(wire::Heartbeat&) {}
  void on(wire::Stage& order);
  void on(wire::Assign& assign);
  void on(wire::Abandon& abandon);
  void on(wire::Stop& stop);

  Channel& channel_;
  WorkQueue& queue_;
  StageOrders& orders_;
  const Activity& activity_;
  Seconds lost_after_;
  std::atomic<bool> finalize_ = true;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace stormsweep
