#include "master/schedule/simulation.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <random>

namespace stormsweep::simulation {

std::vector<Job> draw(std::span<const Job> jobs, std::size_t count, std::uint64_t seed) {
  assert(!jobs.empty());
  std::mt19937_64 random(seed);
  std::vector<std::size_t> picks(count);
  for (std::size_t& pick : picks) pick = random() % jobs.size();
  std::sort(picks.begin(), picks.end());
  std::vector<Job> drawn;
  for (const std::size_t pick : picks) drawn.push_back(jobs[pick]);
  return drawn;
}

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::fifo:
      return "fifo";
    case Policy::longest_first:
      return "longest_first";
    case Policy::rounds:
      return "rounds";
    default:
      return "synchronous";
  }
}

double Replay::idle() const {
  return static_cast<double>(busy.size()) * makespan - std::accumulate(busy.begin(), busy.end(), 0.0);
}

double Replay::imbalance() const {
  const double sum = std::accumulate(busy.begin(), busy.end(), 0.0);
  return sum > 0 ? *std::max_element(busy.begin(), busy.end()) * static_cast<double>(busy.size()) / sum : 1;
}

double Replay::efficiency() const {
  return makespan > 0 ? work / (static_cast<double>(busy.size()) * makespan) : 1;
}

double Replay::trials_per_hour(std::size_t trials) const {
  return makespan > 0 ? static_cast<double>(trials) / makespan * 3600 : 0;
}

Replay replay(std::span<const Job> jobs, const Scenario& scenario) {
  assert(scenario.ranks > 0);
  return scenario.policy == Policy::synchronous ? replay_synchronous(jobs, scenario)
                                                : replay_dispatched(jobs, scenario);
}

Training training_of(const Job& job, std::size_t number) {
  return {TrainingId{number}, {}, {}, 1, static_cast<std::uint32_t>(job.gang)};
}

DispatchPolicy policy_of(const Scenario& scenario) {
  DispatchPolicy policy = scenario.master;
  policy.workers = scenario.ranks;
  policy.most_attempts = std::numeric_limits<std::uint32_t>::max();
  return policy;
}

}  // namespace stormsweep::simulation
