#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace stormsweep {

/// Replays measured trainings on any number of ranks: what a schedule would have made of them. A discrete-event
/// simulation, pure and the same for the same seed; 100,000 trainings on 10,000 ranks take well under a second.
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
  synchronous     ///< nobody hands anything out: shares as in search/space/synchronous.hpp
};
std::string_view to_string(Policy policy);

/// Under a master a gang waits until enough ranks are free; ranks that wait are filled with the next trainings, of
/// `backfill` looked at, that end before the gang could have started (EASY backfilling, Lifka 1995), so gangs never
/// starve.
///
/// Failures strike every rank alike, at an exponential rate. Under a master, the training that a rank was lost with is
/// queued again, at the front, and the others go on without it; where too few ranks are left for a training, the job is
/// started again with all of them. A synchronous job ends at any loss and is started again, with shares of what is
/// missing. What a restart costs is `restart`; a training that was not through starts from its beginning. Trainings
/// that kill their rank, which a master gives up, are not modelled.
struct Scenario {
  std::size_t ranks = 1;  ///< that train; at least the largest gang
  Policy policy = Policy::fifo;
  double latency = 0;            ///< seconds of a rank's own between two trainings, whoever hands them out
  double dispatch = 0;           ///< seconds of the master's own time a training: it serves one rank after the other
  double failures_per_hour = 0;  ///< of one rank
  double restart = 60;           ///< seconds
  std::uint64_t seed = 0;
  std::size_t window = 4096, backfill = 64;
  bool timeline = false;  ///< whether Replay::timeline is wanted
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

/// So often a job is started again before it is taken to have no end.
inline constexpr std::uint64_t most_restarts = 1000;

/// The two kinds of schedule that `replay` is made of.
Replay replay_dispatched(std::span<const Job> jobs, const Scenario& scenario);
Replay replay_synchronous(std::span<const Job> jobs, const Scenario& scenario);

}  // namespace simulation

}  // namespace stormsweep
