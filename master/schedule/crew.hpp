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

/// The workers of a job: which are there, which are lost, and how the job ends. Each schedule has one. What it wants
/// done is gathered here, so that it stays in order.
class Crew {
 public:
  Crew(const DispatchPolicy& policy, Seconds now);

  std::size_t size() const { return workers_.size(); }
  std::size_t present() const { return present_; }
  std::size_t expected() const { return expected_; }  ///< that have not joined yet
  bool present(WorkerId id) const { return at(id).state == State::present; }
  /// Whether it is to be recorded: what one that is being stopped still completes is, what fails then may fail of that.
  bool counts(const event::Finished& finished) const {
    return present(finished.worker) || (at(finished.worker).state == State::stopping && !finished.failed);
  }
  bool ending() const { return ending_.has_value(); }  ///< workers are being stopped

  /// Whether it is present from now on. One that comes when workers are being stopped is stopped, too.
  bool join(WorkerId id, Seconds now);
  void hear(WorkerId id, Seconds now) { at(id).heard = now; }
  /// One that was taken for dead, and is not, is told to leave.
  void hear_heartbeat(WorkerId id, Seconds now);
  void leave(WorkerId id) { set_state(id, State::gone); }
  /// Those of whom nothing was heard for longer than DispatchPolicy::lost_after.
  /// Looks at everyone only when somebody may be: asked at every turn of the master's loop, it is as a rule cheap.
  std::vector<WorkerId> silent(Seconds now);
  /// It is dead, and `unfinished` is what is left of its training, if it had one. Returns what is to be queued again,
  /// with its attempt raised; nothing where that has killed the last worker that it may.
  std::optional<Training> lose(WorkerId id, std::optional<Training> unfinished);
  /// All trials of a gang are complete: its members are expected to leave it.
  void complete(std::uint64_t gang, std::vector<WorkerId> members, Seconds now);
  /// Members that have not left one in time (`is_in` tells) are told to: what they do there may never end.
  void abandon_overdue(Seconds now, const std::function<bool(WorkerId, std::uint64_t gang)>& is_in);
  /// Returns who was told to stop.
  std::vector<WorkerId> stop_everyone(Ending ending);

  void want(Action action) { actions_.push_back(std::move(action)); }
  /// What is wanted since the last call, and the end once all are gone.
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
  Seconds heard_since_;          ///< everyone that is not gone was heard then, or later
  std::size_t expected_, present_ = 0, gone_ = 0;
  std::optional<Ending> ending_;
  bool ended_ = false;
  std::deque<Complete> complete_;  ///< ascending in time
  std::vector<Action> actions_;
};

}  // namespace stormsweep
