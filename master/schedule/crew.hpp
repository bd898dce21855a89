#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "master/schedule/events.hpp"

namespace stormsweep {

/// The workers of a job: which are there, which are lost, and how the job ends. Each schedule has one. Actions that the
/// schedule wants are collected here, so that they stay in order.
class Crew {
 public:
  Crew(const DispatchPolicy& policy, Seconds now);

  std::size_t size() const { return workers_.size(); }
  std::size_t present() const { return present_; }
  std::size_t expected() const { return expected_; }  ///< workers that have not joined yet
  bool present(WorkerId id) const { return at(id).state == State::present; }
  /// Whether to record the end of a trial. While its worker is being stopped a success counts; a failure may be due to
  /// the stop.
  bool counts(const event::Finished& finished) const {
    return present(finished.worker) || (at(finished.worker).state == State::stopping && !finished.failed);
  }
  bool ending() const { return ending_.has_value(); }  ///< workers are being stopped

  /// Returns whether the worker is present from now on: not while workers are being stopped, when it is stopped, too.
  bool join(WorkerId id, Seconds now);
  void hear(WorkerId id, Seconds now) { at(id).heard = now; }
  /// A worker that was taken for dead, and is not, is told to leave.
  void hear_heartbeat(WorkerId id, Seconds now);
  void leave(WorkerId id) { set_state(id, State::gone); }
  /// Workers silent for longer than DispatchPolicy::lost_after. Usually cheap, as it must be in every turn of the
  /// master's loop: it looks at all workers only when one may have been silent that long.
  std::vector<WorkerId> silent(Seconds now);
  /// The worker is dead; `unfinished`: the rest of its training, if it had one. Returns what to queue again, with its
  /// attempt raised; nothing for a training that has now been lost with as many workers as it may.
  std::optional<Training> lose(WorkerId id, std::optional<Training> unfinished);
  /// All trials of a gang are complete; its members are now expected to leave it.
  void complete(std::uint64_t gang, std::vector<WorkerId> members, Seconds now);
  /// Tells members that have not left such a gang in time (`is_in`) to leave: they may be stuck in it.
  void abandon_overdue(Seconds now, const std::function<bool(WorkerId, std::uint64_t gang)>& is_in);
  /// Returns the workers that were told to stop.
  std::vector<WorkerId> stop_everyone(Ending ending);

  void want(Action action) { actions_.push_back(std::move(action)); }
  /// Whether an action since the last call of take_wanted tells the end of trials: recorded, or given up.
  bool ends_trials() const;
  /// The actions since the last call, with End once all workers are gone.
  std::vector<Action> take_wanted();

 private:
  enum class State { expected, present, stopping, gone };
  struct Worker {
    State state = State::expected;
    Seconds heard;
  };
  struct Complete {
    std::uint64_t gang;
    std::vector<WorkerId> members;
    Seconds since;
  };

  Worker& at(WorkerId id) { return workers_.at(id.value - 1); }
  const Worker& at(WorkerId id) const { return workers_.at(id.value - 1); }
  void set_state(WorkerId id, State state);

  Seconds lost_after_, leave_after_;
  std::uint32_t most_attempts_;
  std::vector<Worker> workers_;  ///< by rank, from 1
  Seconds heard_since_;          ///< every worker that is not gone has been heard since then
  std::size_t expected_, present_ = 0, gone_ = 0;
  std::optional<Ending> ending_;
  bool ended_ = false;
  std::deque<Complete> complete_;  ///< ascending in time
  std::vector<Action> actions_;
};

}  // namespace stormsweep
