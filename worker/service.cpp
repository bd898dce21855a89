#include "worker/service.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>

#include "search/base/error.hpp"
#include "search/base/waking_clock.hpp"
#include "worker/report.hpp"

namespace stormsweep {

namespace {

constexpr Seconds most_wait{0.1};  // ending the service may take this long

/// What rank 0 says. In the service's thread nobody would catch an error.
wire::ToWorker decode_or_die(const Channel& channel, const Parcel& parcel) try {
  return wire::decode<wire::ToWorker>(parcel.bytes);
} catch (const InputError& error) {
  die(channel, error);
}

}  // namespace

Service::Service(Channel& channel, WorkQueue& queue, StageOrders& orders, const Activity& activity, Seconds lost_after)
    : channel_(channel),
      queue_(queue),
      orders_(orders),
      activity_(activity),
      lost_after_(lost_after),
      thread_([this](const std::stop_token& stop) { loop(stop); }) {}

void Service::loop(const std::stop_token& stop) {
  Seconds beaten = steady_time();
  WakingClock waking(beaten, lost_after_ / 4);
  Seconds heard = waking.at(beaten);
  while (!stop.stop_requested()) {
    const std::optional<Parcel> parcel = channel_.wait(std::min(lost_after_ / 8, most_wait));
    const Seconds now = steady_time(), awake = waking.at(now);
    if (parcel) {
      heard = awake;
      auto message = decode_or_die(channel_, *parcel);
      std::visit([this](auto& said) { on(said); }, message);
    }
    if (now - beaten >= lost_after_ / 4) {
      beaten = now;
      report(channel_, wire::Heartbeat{activity_.now()});
    }
    // Rank 0 is gone: results could not be reported, and MPI_Finalize would wait for it.
    if (awake - heard > std::max(Seconds(10), 3 * lost_after_)) std::_Exit(exit_master_lost);
  }
}

void Service::on(wire::Stage& order) {
  orders_.put(std::move(order));
}

void Service::on(wire::Assign& assign) {
  queue_.put(std::move(assign.assignments));
}

void Service::on(wire::Abandon& abandon) {
  queue_.abandon(abandon.gang);
}

void Service::on(wire::Stop& stop) {
  if (stop.at_once) std::_Exit(exit_done);
  finalize_ = stop.finalize;
  queue_.stop();
  orders_.stop();
}

}  // namespace stormsweep
