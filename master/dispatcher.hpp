#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "master/time.hpp"
#include "search/id.hpp"
#include "search/trainings.hpp"

namespace stormsweep {

/// What the dispatcher is told.
namespace event {
/// The worker said Hello.
struct Joined {
  WorkerId worker;
};
/// Any sign of life.
struct Heard {
  WorkerId worker;
};
/// A trial of its training ended.
struct Finished {
  WorkerId worker;
  TrainingId training;
  std::size_t milestone;
};
/// It has left, as asked.
struct Stopped {
  WorkerId worker;
};
/// Stop everything now; another run resumes.
struct Drain {};
/// Time has passed.
struct Tick {};
}  // namespace event
using Event = std::variant<event::Joined, event::Heard, event::Finished, event::Stopped, event::Drain, event::Tick>;

/// Why a search ended.
enum class Ending { done, drained, workers_lost };

/// What it wants done, in order.
namespace action {
/// Send it these, to be done after those in hand.
struct Assign {
  WorkerId worker;
  std::vector<Training> trainings;
};
/// By the order of its queue the worker trains this now.
struct Began {
  WorkerId worker;
  Training training;
};
/// The outcome just heard is that of a trial: store it.
struct Record {
  WorkerId worker;
  Training training;
  std::size_t milestone;
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
/// Tell it to leave.
struct Stop {
  WorkerId worker;
};
/// Nothing more will come.
struct End {
  Ending ending;
};
}  // namespace action
using Action = std::variant<action::Assign, action::Began, action::Record, action::Lost, action::GiveUp, action::Stop,
                            action::End>;

struct DispatchPolicy {
  std::size_t workers = 1;  ///< ranks 1 ... workers are expected to join
  Seconds lost_after{10};   ///< silence that means death
  Seconds in_hand{0.2};  ///< work that a worker holds in advance: hides the way to the master, costs balance at the end
  std::size_t most_in_hand = 256;   ///< trainings that it holds at most
  std::uint32_t most_attempts = 2;  ///< a training that was lost with so many workers is given up
};

/// Decides who trains what: a pure state machine, without clock, MPI or store. Trainings are pulled from `source` in
/// its order, only as workers need them, so memory does not grow with the grid.
///
/// A worker trains its queue in order and reports each trial before it goes on. So when it dies, the head of its queue
/// is what it was training: that one's attempt is raised; the others are queued again untouched, at the front, in
/// order. What a worker says after it was taken for dead is ignored (its trainings run elsewhere), and it is told to
/// leave.
class Dispatcher {
 public:
  using Time = Seconds;  ///< since any fixed moment
  using Source = std::function<std::optional<Training>()>;

  Dispatcher(DispatchPolicy policy, Source source, Time now);

  std::vector<Action> on(const Event& event, Time now);

  std::size_t workers() const;  ///< present
  std::size_t running() const;  ///< trainings being trained

 private:
  struct Worker {
    enum class State { expected, present, stopping, gone } state = State::expected;
    Time heard{0};
    Time head_began{0};
    std::deque<Training> in_hand;
    std::size_t head_done = 0;   ///< trials of the head that have ended
    std::deque<Seconds> recent;  ///< durations of its last trainings
  };

  void handle(const event::Joined& joined, Time now);
  void handle(const event::Heard& heard, Time now);
  void handle(const event::Finished& finished, Time now);
  void handle(const event::Stopped& stopped, Time now);
  void handle(const event::Drain& drain, Time now);
  void handle(const event::Tick& tick, Time now);

  Worker& worker(WorkerId id) { return workers_.at(id.value - 1); }
  void lose(WorkerId id);
  void fill(WorkerId id, Time now);
  void stop_everyone(Ending ending);
  std::optional<Training> next();
  /// How many trainings the worker should hold, by the longest of its recent ones: short trials among long ones wait
  /// nowhere.
  std::size_t depth(const Worker& worker) const;

  DispatchPolicy policy_;
  Source source_;
  bool exhausted_ = false;
  std::vector<Worker> workers_;   ///< by rank, from 1
  std::deque<Training> again_;    ///< lost with a worker; before anything new
  std::optional<Ending> ending_;  ///< set once workers are being stopped
  bool ended_ = false;
  std::vector<Action> actions_;
};

}  // namespace stormsweep
