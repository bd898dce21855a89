#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What the dispatcher is told.
namespace event {
/// The worker said Hello, from this host.
struct Joined {
  WorkerId worker;
  std::string host = {};
};
/// Any sign of life.
struct Heard {
  WorkerId worker;
};
/// A trial of its training ended; `failed`: not as it should have.
struct Finished {
  WorkerId worker;
  TrainingId training;
  std::size_t milestone;
  bool failed = false;
};
/// It is out of a gang and has nothing in hand.
struct Left {
  WorkerId worker;
  std::uint64_t gang;
};
/// It has left the job, as asked.
struct Stopped {
  WorkerId worker;
};
/// Stop everything now; another run resumes.
struct Drain {};
/// Time has passed.
struct Tick {};
}  // namespace event
using Event =
    std::variant<event::Joined, event::Heard, event::Finished, event::Left, event::Stopped, event::Drain, event::Tick>;

/// Why a search ended. `short_handed`: what is left needs larger gangs than there are workers left. `rank_lost`: one,
/// by the synchronous schedule.
enum class Ending { done, drained, workers_lost, short_handed, rank_lost };

/// What it wants done, in order.
namespace action {
/// Send it these, to be done after those in hand.
struct Assign {
  WorkerId worker;
  std::vector<Training> trainings;
};
/// Send these, who have nothing in hand, a training to do together: members[0] leads.
struct AssignGang {
  std::uint64_t gang;
  std::vector<WorkerId> members;
  Training training;
};
/// By the order of its queue the worker trains this now, or leads the gang that does.
struct Began {
  WorkerId worker;
  Training training;
  std::vector<WorkerId> members = {};
};
/// The outcome just heard is that of a trial of `worker`, or of the gang that it leads: store it.
struct Record {
  WorkerId worker;
  Training training;
  std::size_t milestone;
  std::vector<WorkerId> members = {};
};
/// Tell it to leave its gang without an outcome.
struct Abandon {
  WorkerId worker;
  std::uint64_t gang;
};
/// It is dead; what was left of its training is queued again, with its attempt raised.
struct Lost {
  WorkerId worker;
  std::optional<Training> training;
};
/// This training has killed the last worker that it may: store its trials as failed.
struct GiveUp {
  WorkerId worker;
  Training training;
};
/// Tell it to leave the job.
struct Stop {
  WorkerId worker;
};
/// Nothing more will come.
struct End {
  Ending ending;
};
}  // namespace action
using Action = std::variant<action::Assign, action::AssignGang, action::Began, action::Record, action::Abandon,
                            action::Lost, action::GiveUp, action::Stop, action::End>;

struct DispatchPolicy {
  std::size_t workers = 1;  ///< ranks 1 ... workers are expected to join
  Seconds lost_after{10};   ///< silence that means death
  Seconds in_hand{0.2};  ///< work that a worker holds in advance: hides the way to the master, costs balance at the end
  std::size_t most_in_hand = 256;   ///< trainings that it holds at most
  std::uint32_t most_attempts = 2;  ///< a training that was lost with so many workers is given up
  std::size_t lookahead = 64;       ///< trainings looked at, beyond a gang that waits, for one to fill idle ranks with
};

/// Decides who trains what: a pure state machine, without clock, MPI or store. Trainings are pulled from `source` in
/// its order, only as workers need them, so memory does not grow with the grid.
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
  using Source = std::function<std::optional<Training>()>;
  using Expected = std::function<std::optional<Seconds>(const Training&)>;  ///< duration; nothing: not known yet

  Dispatcher(
      DispatchPolicy policy, Source source, Time now, Expected expected = [](const Training&) { return std::nullopt; });

  std::vector<Action> on(const Event& event, Time now);

  std::size_t running() const { return busy_; }  ///< workers that train

 private:
  struct Worker {
    enum class State { expected, present, stopping, gone } state = State::expected;
    std::string host;
    Time heard{0};
    Time head_began{0};
    std::deque<Training> in_hand;         ///< trained alone
    std::size_t head_done = 0;            ///< trials of the head that have ended
    std::uint64_t gang = 0;               ///< that it is in; 0: none
    std::deque<Seconds> recent;           ///< durations of its last trainings
    bool counted_as_busy = false;         ///< in `busy_`
    std::optional<std::size_t> appetite;  ///< its place in `hungry_`

    bool busy() const { return gang > 0 || !in_hand.empty(); }
  };
  struct Gang {
    std::uint64_t number;
    Training training;
    std::vector<WorkerId> members;  ///< leader first
    std::size_t in = 0;             ///< members that have not left
    std::size_t done = 0;           ///< trials that have ended
    bool over = false;              ///< recorded, queued again or given up
    Time began{0};
  };

  void handle(const event::Joined& joined, Time now);
  void handle(const event::Heard& heard, Time now);
  void handle(const event::Finished& finished, Time now);
  void handle(const event::Left& left, Time now);
  void handle(const event::Stopped& stopped, Time now);
  void handle(const event::Drain& drain, Time now);
  void handle(const event::Tick& tick, Time now);

  Worker& worker(WorkerId id) { return workers_.at(id.value - 1); }
  void finish_in_gang(const event::Finished& finished, Gang& gang);
  void abandon(const Gang& gang, WorkerId but);
  void leave_gang(WorkerId id);
  void lose(WorkerId id);
  void blame(WorkerId id, Training training, std::size_t done);
  void set_state(Worker& w, Worker::State state);
  /// After a change of what a worker has in hand: keeps `busy_` and `hungry_`.
  void refresh(WorkerId id);
  void stop_everyone(Ending ending);

  void hand_out(Time now);
  Training* front();
  Training take_front();
  void fill(WorkerId id, Time now);
  void give(WorkerId id, std::vector<Training> trainings, Time now);
  std::vector<WorkerId> idle() const;
  void assign_gang(std::vector<WorkerId> idle, Training training, Time now);
  void fill_in(Time now);
  bool pull(std::size_t wanted);
  struct Beginning {
    Time at;
    std::size_t spare;
  };
  Beginning beginning_of(std::size_t gang, Time now) const;
  /// How many trainings the worker should hold, by the longest of its recent ones: short trials among long ones wait
  /// nowhere.
  std::size_t depth(const Worker& worker) const;

  DispatchPolicy policy_;
  Source source_;
  Expected expected_;
  bool exhausted_ = false;
  std::vector<Worker> workers_;                             ///< by rank, from 1
  std::size_t absent_, present_ = 0, busy_ = 0, gone_ = 0;  ///< workers: expected, present, training, gone
  std::set<std::pair<std::size_t, WorkerId>> hungry_;       ///< (trainings in hand, worker) that could take more alone
  std::map<std::uint64_t, Gang> gangs_;
  std::uint64_t last_gang_ = 0;
  std::deque<Training> line_;     ///< pulled or queued again, not handed out
  bool passed_over_ = false;      ///< a gang was too large for what is left of the workers
  std::optional<Ending> ending_;  ///< set once workers are being stopped
  bool ended_ = false;
  std::vector<Action> actions_;
};

}  // namespace stormsweep
