#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "master/schedule/events.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Replays measured trainings on any number of ranks, to see what another schedule would have taken. A discrete-event
/// simulation that drives the real schedulers (Dispatcher, RoundMaster, SynchronousMaster) by a clock of its own; pure,
/// and the same for the same seed. 100,000 trainings on 10,000 ranks take well under a second.
namespace simulation {

/// A training as it was measured.
struct Job {
  double seconds = 0;
  int gang = 1;  ///< ranks that train it together
};

/// `count` jobs drawn with replacement, in the order of `jobs`, so that neighbours in the grid stay neighbours.
std::vector<Job> draw(std::span<const Job> jobs, std::size_t count, std::uint64_t seed);

enum class Policy {
  fifo,           ///< a master hands trainings out in the order given
  longest_first,  ///< ... the longest of the next `Scenario::window` first, as if their times were known
  synchronous,    ///< nobody hands anything out: shares as in search/methods/synchronous.hpp
  rounds          ///< all trainings known so far are dealt, round after round (RoundMaster)
};
std::string_view to_string(Policy policy);

/// Idle ranks, work in hand and waiting gangs are left to the Dispatcher. All ranks join at the start, on one host;
/// from then on it expects each training to take exactly its measured time.
///
/// Failures strike every rank alike, at an exponential rate. The master notices by that rank's silence
/// (DispatchPolicy::lost_after). The Dispatcher then has the rank's trainings done by others; where too few ranks are
/// left for a training, the job is restarted with all ranks once the other trainings are done. A synchronous job ends
/// at any loss and is restarted, with shares of what is missing. A restart takes `restart`; unfinished trainings start
/// from their beginning. Trainings that kill their rank are not modelled, and none is given up.
struct Scenario {
  std::size_t ranks = 1;  ///< ranks that train; at least as many as the largest gang
  Policy policy = Policy::fifo;
  double latency = 0;   ///< seconds of each rank between two trainings, by any policy
  double dispatch = 0;  ///< seconds that the master spends on each training; it serves one rank after the other
  double failures_per_hour = 0;  ///< of one rank
  double restart = 60;           ///< seconds
  std::uint64_t seed = 0;
  std::size_t window = 4096;   ///< trainings that longest_first looks over
  DispatchPolicy master = {};  ///< except its `workers` and `most_attempts`
  bool timeline = false;       ///< whether Replay::timeline is wanted
};

struct Interval {
  std::size_t rank, job;  ///< both from 0
  double begin, end;
};

struct Replay {
  double makespan = 0;       ///< seconds; infinite if it is taken to have no end
  double work = 0;           ///< rank-seconds of trainings that ended
  std::vector<double> busy;  ///< seconds a rank, lost work included
  std::uint64_t failures = 0, restarts = 0;
  std::vector<Interval> timeline;  ///< in the order of their ends, including lost work

  double idle() const;        ///< rank-seconds
  double imbalance() const;   ///< the busiest rank's seconds / the mean
  double efficiency() const;  ///< work / (ranks * makespan)
  double trials_per_hour(std::size_t trials) const;
};

Replay replay(std::span<const Job> jobs, const Scenario& scenario);

/// Jobs, numbered from 0, that become known one after the other, some only when others have ended.
class Workload {
 public:
  virtual ~Workload() = default;
  /// A schedule begins, or restarts: jobs that were handed out and have not ended come again.
  virtual void begin() = 0;
  /// The next job, as a training whose id is the job's number.
  virtual Supply next() = 0;
  virtual Job job(std::size_t number) const = 0;
  virtual void end(std::size_t number) = 0;
  virtual bool over() const = 0;
};

/// By the policies fifo and rounds. `workload` has not begun.
Replay replay(Workload& workload, const Scenario& scenario);

/// A job is taken to have no end after so many restarts, or after so many failures, and ten more a rank, in a row
/// without the end of a training.
inline constexpr std::uint64_t most_restarts = 1000, most_failures = 1000;

/// The two kinds of simulation behind `replay`, and what they share.
Replay replay_dispatched(std::span<const Job> jobs, const Scenario& scenario);
Replay replay_synchronous(std::span<const Job> jobs, const Scenario& scenario);
inline constexpr double never = std::numeric_limits<double>::infinity();
inline constexpr double tick = 0.1;  ///< seconds between two checks of the master for silent ranks
/// Job number `number`, as a schedule sees it.
Training training_of(const Job& job, std::size_t number);
DispatchPolicy policy_of(const Scenario& scenario);

}  // namespace simulation

}  // namespace stormsweep
