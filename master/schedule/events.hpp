#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "search/base/id.hpp"
#include "search/base/time.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Events: what a schedule is told.
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
/// A trial of the worker's training ended; `failed`: with any status but complete.
struct Finished {
  WorkerId worker;
  TrainingId training;
  std::size_t milestone;
  bool failed = false;
};
/// The worker has left a gang and has nothing in hand.
struct Left {
  WorkerId worker;
  std::uint64_t gang;
};
/// The worker has left the job, as asked.
struct Stopped {
  WorkerId worker;
};
/// Stop everything now; another run resumes.
struct Drain {};
/// Time has passed.
struct Tick {};
/// The source may now have a training where it had none before.
struct Supplied {};
}  // namespace event
using Event = std::variant<event::Joined, event::Heard, event::Finished, event::Left, event::Stopped, event::Drain,
                           event::Tick, event::Supplied>;

/// What a source of trainings returns: a training; or none now, and when there may be one.
struct Supply {
  enum class Later {
    never,
    when_others_end,  ///< it decides from the results of running trainings
    by_itself         ///< it is computing one
  };
  std::optional<Training> training;
  Later later = Later::never;

  Supply(std::optional<Training> one) : training(std::move(one)) {}
  Supply(Later when) : later(when) {}
};

/// Why a search ended. `short_handed`: what is left needs larger gangs than there are workers left. `rank_lost`: the
/// loss of a rank ends the synchronous schedule.
enum class Ending { done, drained, workers_lost, short_handed, rank_lost };

/// Actions: what a schedule wants done, in order.
namespace action {
/// Send the worker these trainings, to do after those in hand.
struct Assign {
  WorkerId worker;
  std::vector<Training> trainings;
};
/// Send these workers, who have nothing in hand, a training to do together; members[0] leads.
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
/// Store the outcome just reported, for a trial of `worker` or of the gang that it leads.
struct Record {
  WorkerId worker;
  Training training;
  std::size_t milestone;
  std::vector<WorkerId> members = {};
};
/// Tell the worker to leave its gang without an outcome.
struct Abandon {
  WorkerId worker;
  std::uint64_t gang;
};
/// The worker is dead; `training`: the rest of its training, queued again with its attempt raised.
struct Lost {
  WorkerId worker;
  std::optional<Training> training;
};
/// The training has been lost with as many workers as it may: store its trials as failed.
struct GiveUp {
  WorkerId worker;
  Training training;
};
/// Tell the worker to leave the job.
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
  std::size_t workers = 1;          ///< ranks 1 ... workers are expected to join
  Seconds lost_after{10};           ///< silence after which a worker counts as dead
  Seconds leave_after{300};         ///< how long members may stay in a gang whose trials are complete
  Seconds in_hand{0.2};             ///< work that a worker holds in advance: more hides latency, less balances the end
  std::size_t most_in_hand = 256;   ///< the most trainings that a worker holds
  std::uint32_t most_attempts = 2;  ///< a training that was lost with so many workers is given up
  std::size_t lookahead = 64;       ///< trainings behind a waiting gang among which one to fill idle ranks is sought
};

}  // namespace stormsweep
