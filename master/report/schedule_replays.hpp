#pragma once

#include <filesystem>
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

/// The method of a search that decides from results what to train next, whose trainings can be had in no other order:
/// halving, hyperband or bayes; empty where it is none of these.
std::string deciding_method(const std::filesystem::path& file, const std::string& search);

inline constexpr simulation::Policy replayed_policies[] = {simulation::Policy::fifo, simulation::Policy::longest_first,
                                                           simulation::Policy::synchronous};

/// What each policy makes of the jobs; `scenario` but for its policy.
std::vector<simulation::Replay> replay_policies(std::span<const simulation::Job> jobs, simulation::Scenario scenario);

/// Ranks of the widest gang.
std::size_t widest_gang(std::span<const simulation::Job> jobs);

}  // namespace stormsweep
