#pragma once

#include <span>
#include <string>
#include <vector>

#include "master/report/occupancy.hpp"
#include "master/schedule/simulation.hpp"

namespace stormsweep {

/// What the master itself spends on a training: 50,000 noop trials a second (experiments/benchmarks/dispatch.py).
inline constexpr double dispatch_seconds = 2e-5;

/// Trainings as a search did them, and how well a replay tells what was measured.
struct MeasuredTrainings {
  std::vector<simulation::Job> jobs;  ///< in grid order
  Occupancy occupancy;
  double latency = 0;
  double replayed = 0;  ///< makespan of the measured order on the measured ranks

  /// `intervals` is not empty.
  explicit MeasuredTrainings(std::vector<BusyInterval> intervals);
};

inline constexpr simulation::Policy replayed_policies[] = {simulation::Policy::fifo, simulation::Policy::longest_first,
                                                           simulation::Policy::synchronous};

/// What each policy makes of the jobs; `scenario` but for its policy.
std::vector<simulation::Replay> replay_policies(std::span<const simulation::Job> jobs, simulation::Scenario scenario);

/// Ranks of the widest gang.
std::size_t widest_gang(std::span<const simulation::Job> jobs);

}  // namespace stormsweep
