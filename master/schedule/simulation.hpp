#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "master/schedule/events.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Replays measured trainings on any number of ranks: what a schedule would have made of them. A discrete-event
/// simulation that drives the schedulers of the real thing (Dispatcher, RoundMaster, SynchronousMaster) by a clock of
/// its own; pure and the same for the same seed. 100,000 trainings on 10,000 ranks take well under a second.
namespace simulation {

/// A training as it was measured.
struct Job {
  double seconds = 0;
  int gang = 1;  ///< ranks that train it together
};

/// `count` jobs drawn with replacement, left in the order of `jobs`, so that what lies side by side in the grid still
/// does.
std::vector<Job> draw(std::span<const Job> jobs, std::size_t count, std::uint64_t seed);

enum class Policy {
  fifo,           ///< a master hands trainings out in the order given
  longest_first,  ///< ... the longest of the next `Scenario::window` first, as if their times were known
  synchronous,    ///< nobody hands anything out: shares as in search/methods/synchronous.hpp
  rounds          ///< all that can be known is dealt, round after round (RoundMaster)
};
std::string_view to_string(Policy policy);

/// Ranks that are idle, work in hand and gangs that wait are the Dispatcher's affair: all ranks join at the start, on
/// one host, and from then on it expects each training to last as long as it did.
///
/// Failures strike every rank alike, at an exponential rate. The master hears nothing of that rank any more and so
/// notices (DispatchPolicy::lost_after). The Dispatcher then has what the rank was lost with done by the others; where
/// too few are left for a training, the job is started again with all of them once the others are done. A synchronous
/// job ends at any loss and is started again, with shares of what is missing. What a restart costs is `restart`; a
/// training that was not through starts from its beginning. Trainings that kill their rank are not modelled: none is
/// given up.
struct Scenario {
  std::size_t ranks = 1;  ///< that train; at least the largest gang
  Policy policy = Policy::fifo;
  double latency = 0;            ///< seconds of a rank's own between two trainings, whoever hands them out
  double dispatch = 0;           ///< seconds of the master's own time a training: it serves one rank after the other
  double failures_per_hour = 0;  ///< of one rank
  double restart = 60;           ///< seconds
  std::uint64_t seed = 0;
  std::size_t window = 4096;   ///< trainings that longest_first looks over
  DispatchPolicy master = {};  ///< but for its `workers` and `most_attempts`
  bool timeline = false;       ///< whether Replay::timeline is wanted
};

struct Interval {
  std::size_t rank, job;  ///< both from 0
  double begin, end;
};

struct Replay {
  double makespan = 0;       ///< seconds; infinite if it was not through after `most_restarts`
  double work = 0;           ///< rank-seconds of trainings that were through
  std::vector<double> busy;  ///< seconds a rank, lost work included
  std::uint64_t failures = 0, restarts = 0;
  std::vector<Interval> timeline;  ///< in the order of their ends; work that was lost included

  double idle() const;        ///< rank-seconds
  double imbalance() const;   ///< the busiest rank's seconds / the mean
  double efficiency() const;  ///< work / (ranks * makespan)
  double trials_per_hour(std::size_t trials) const;
};

Replay replay(std::span<const Job> jobs, const Scenario& scenario);

/// Jobs that are known one after the other, some only when others have ended; by their numbers, from 0.
class Workload {
 public:
  virtual ~Workload() = default;
  /// A schedule begins, or begins again: what was handed out and has not ended comes again.
  virtual void begin() = 0;
  /// The next, whose TrainingId is its number.
  virtual Supply next() = 0;
  virtual Job job(std::size_t number) const = 0;
  virtual void end(std::size_t number) = 0;
  virtual bool over() const = 0;
};

/// By the policies fifo and rounds. `workload` has not begun.
Replay replay(Workload& workload, const Scenario& scenario);

/// So often a job is started again before it is taken to have no end.
inline constexpr std::uint64_t most_restarts = 1000;

/// The kinds of schedule that `replay` is made of, and what they share.
Replay replay_dispatched(std::span<const Job> jobs, const Scenario& scenario);
Replay replay_synchronous(std::span<const Job> jobs, const Scenario& scenario);
inline constexpr double never = std::numeric_limits<double>::infinity();
inline constexpr double tick = 0.1;  ///< seconds between two looks of a master at who is silent
/// Job number `number`, as a schedule has it.
Training training_of(const Job& job, std::size_t number);
DispatchPolicy policy_of(const Scenario& scenario);

}  // namespace simulation

}  // namespace stormsweep
