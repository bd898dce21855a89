#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "master/report/occupancy.hpp"
#include "master/schedule/simulation.hpp"

namespace stormsweep {

/// Seconds that the master itself spends on a training: it handles 50,000 noop trials a second
/// (experiments/benchmarks/dispatch.py).
inline constexpr double dispatch_seconds = 2e-5;

/// Trainings as a search did them, and how well a replay reproduces what was measured.
struct MeasuredTrainings {
  std::vector<simulation::Job> jobs;  ///< in grid order
  Occupancy occupancy;
  double latency = 0;
  double replayed = 0;  ///< makespan of the measured order on the measured ranks

  /// `intervals` is not empty.
  explicit MeasuredTrainings(std::vector<BusyInterval> intervals);
};

/// The search's method if it decides from results what to train next, so that trainings cannot be reordered: halving,
/// hyperband or bayes; otherwise empty.
std::string deciding_method(const std::filesystem::path& file, const std::string& search);

inline constexpr simulation::Policy replayed_policies[] = {simulation::Policy::fifo, simulation::Policy::longest_first,
                                                           simulation::Policy::synchronous};

/// A replay of the jobs by each policy; `scenario` gives all but the policy.
std::vector<simulation::Replay> replay_policies(std::span<const simulation::Job> jobs, simulation::Scenario scenario);

/// Ranks of the widest gang.
std::size_t widest_gang(std::span<const simulation::Job> jobs);

}  // namespace stormsweep
