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

/// Receives from the master and sends heartbeats, in a thread beside the training, so that a step that takes a minute
/// is not taken for a death. While the service lives, only that thread receives from the channel.
class Service {
 public:
  /// `activity`: what heartbeats report. `lost_after`: the silence after which the master considers a worker dead.
  /// If the master itself is silent for three times as long, at least 10 s, the process ends, as it does at a message
  /// that is none, or where it is to leave at once.
  Service(Channel& channel, WorkQueue& queue, StageOrders& orders, const Activity& activity, Seconds lost_after);

  /// Whether MPI may be finalized, because no rank has died. Valid once the queue is stopped.
  bool may_finalize() const { return finalize_; }

 private:
  void loop(const std::stop_token& stop);
  void on(wire::Welcome&) {}  // sent once, before there is a service
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
