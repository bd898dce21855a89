#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "master/schedule/crew.hpp"
#include "master/schedule/ended_trials.hpp"
#include "master/schedule/events.hpp"
#include "master/schedule/free_times.hpp"
#include "master/schedule/idle_workers.hpp"
#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Decides who trains what: a pure state machine, without clock, MPI or store. Trainings are pulled from `source` in
/// its order, only as workers need them, so memory does not grow with the grid. Where the source has none now, idle
/// workers wait for the next event (event::Supplied says when to ask it again).
///
/// A worker trains its queue in order and reports each trial before it goes on. So when it dies, the head of its queue
/// is what it was training: that one's attempt is raised; the others are queued again untouched, at the front, in
/// order. What a worker says after it was taken for dead is ignored (its trainings run elsewhere), and it is told to
/// leave.
///
/// A training of a gang begins when enough workers have nothing in hand, on as few hosts as can be. While the first in
/// line waits for that, nothing overtakes it but what, by `expected`, does not delay it: no gang starves. One
/// that is larger than what is left of the workers is passed over; the search then ends short-handed. Where a member
/// dies or fails, its mates are told to abandon the gang, and are used again once they say that they have left it.
class Dispatcher {
 public:
  using Time = Seconds;  ///< since any fixed moment
  using Source = std::function<Supply()>;
  using Expected = std::function<std::optional<Seconds>(const Training&)>;  ///< duration; nothing: not known yet
  using Version = std::function<std::uint64_t()>;  ///< of what is expected: another one where that may have changed

  Dispatcher(
      DispatchPolicy policy, Source source, Time now, Expected expected = [](const Training&) { return std::nullopt; },
      Version version = [] { return std::uint64_t{0}; });

  std::vector<Action> on(const Event& event, Time now);

  std::size_t running() const { return busy_; }  ///< workers that train

 private:
  struct Worker {
    std::string host;
    Time head_began{0};
    std::deque<Training> in_hand;         ///< trained alone
    std::size_t head_done = 0;            ///< trials of the head that have ended
    std::uint64_t gang = 0;               ///< that it is in; 0: none
    std::deque<Seconds> recent;           ///< durations of its last trainings that did not fail
    std::size_t trained = 0;              ///< how many these were in all
    bool counted_as_busy = false;         ///< in `busy_`
    bool counted_as_idle = false;         ///< in `idle_workers_`
    bool changed = false;                 ///< in `changed_`
    std::optional<std::size_t> appetite;  ///< its place in `hungry_`

    bool busy() const { return gang > 0 || !in_hand.empty(); }
  };
  struct Gang {
    std::uint64_t number;
    Training training;
    std::vector<WorkerId> members;  ///< leader first
    std::size_t in = 0;             ///< members that have not left
    EndedTrials ended;
    bool over = false;  ///< recorded, queued again or given up
    Time began{0};
  };

  void handle(const event::Joined& joined, Time now);
  void handle(const event::Heard& heard, Time now);
  void handle(const event::Finished& finished, Time now);
  void handle(const event::Left& left, Time now);
  void handle(const event::Stopped& stopped, Time now);
  void handle(const event::Drain& drain, Time now);
  void handle(const event::Tick& tick, Time now);
  void handle(const event::Supplied&, Time) {}

  Worker& worker(WorkerId id) { return workers_.at(id.value - 1); }
  void finish_in_gang(const event::Finished& finished, Gang& gang, Time now);
  void abandon(const Gang& gang, WorkerId but);
  void leave_gang(WorkerId id);
  void lose(WorkerId id);
  /// After a change of what a worker has in hand: keeps `busy_`, `hungry_`, `idle_workers_` and `changed_`.
  void refresh(WorkerId id);
  void stop_everyone(Ending ending);

  void hand_out(Time now);
  Training* front();
  Training take_front();
  void fill(WorkerId id, Time now);
  void give(WorkerId id, std::vector<Training> trainings, Time now);
  std::size_t idle() const { return crew_.present() - busy_; }  ///< workers that have nothing in hand
  void assign_gang(Training training, Time now);
  void fill_in(Time now);
  bool pull(std::size_t wanted);
  struct Beginning {
    Time at;
    std::size_t spare;
  };
  Beginning beginning_of(std::size_t gang, Time now);
  void update_free_times();
  /// How many trainings the worker should hold, by the longest of its recent ones, and no more than it has trained: of
  /// short ones before long ones no worker takes all the long ones, while the others have nothing to do.
  std::size_t depth(const Worker& worker) const;

  DispatchPolicy policy_;
  Source source_;
  Expected expected_;
  Version version_;
  bool exhausted_ = false;
  bool lacks_ = false;  ///< asked during this event, the source waits for what is running
  Crew crew_;
  std::vector<Worker> workers_;                        ///< by rank, from 1
  std::size_t busy_ = 0;                               ///< workers that train
  std::set<std::pair<std::size_t, WorkerId>> hungry_;  ///< (trainings in hand, worker) that could take more alone
  IdleWorkers idle_workers_;                           ///< present, with nothing in hand
  FreeTimes free_times_;                               ///< of busy workers, but for what `changed_` says
  std::vector<WorkerId> changed_;                      ///< whose free time is to be looked at again
  std::uint64_t expected_version_ = 0;                 ///< that free times are made of
  std::map<std::uint64_t, Gang> gangs_;
  std::uint64_t last_gang_ = 0;
  std::deque<Training> line_;  ///< pulled or queued again, not handed out
  bool passed_over_ = false;   ///< a gang was too large for what is left of the workers
};

}  // namespace stormsweep
