#include "master/schedule/simulation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "search/space/synchronous.hpp"

namespace stormsweep::simulation {

namespace {

/// One synchronous job: shares of all trainings that are missing, from `begin` on. Returns when it ends.
class SynchronousJob {
 public:
  SynchronousJob(std::span<const Job> jobs, const std::vector<std::size_t>& missing, const Scenario& scenario,
                 double begin)
      : latency_(scenario.latency), free_(scenario.ranks, begin) {
    std::vector<int> sizes;
    for (const std::size_t job : missing) sizes.push_back(jobs[job].gang);
    std::sort(sizes.begin(), sizes.end(), std::greater());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    for (const int size : sizes) deal(jobs, missing, size);
  }

  struct Turn {
    std::size_t job, first;  ///< its gang's first rank
    double begin, end;
  };
  const std::vector<Turn>& turns() const { return turns_; }
  double end() const { return *std::max_element(free_.begin(), free_.end()); }

 private:
  void deal(std::span<const Job> jobs, const std::vector<std::size_t>& missing, int size) {
    const auto width = static_cast<std::size_t>(size);
    const std::size_t gangs = free_.size() / width;
    std::uint64_t dealt = 0;
    for (const std::size_t job : missing) {
      if (jobs[job].gang != size) continue;
      const std::size_t first = dealt_to(dealt++, gangs) * width;
      const auto begin = free_.begin() + static_cast<std::ptrdiff_t>(first);
      const double start = *std::max_element(begin, begin + size) + latency_;
      std::fill_n(begin, width, start + jobs[job].seconds);
      turns_.push_back({job, first, start, start + jobs[job].seconds});
    }
  }

  double latency_;
  std::vector<double> free_;  ///< when each rank is through with what it was dealt so far
  std::vector<Turn> turns_;
};

}  // namespace

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

Replay replay_synchronous(std::span<const Job> jobs, const Scenario& scenario) {
  std::mt19937_64 random(scenario.seed);
  const double rate = scenario.failures_per_hour / 3600 * static_cast<double>(scenario.ranks);
  const auto next_failure = [&](double after) {
    return rate > 0 ? after + std::exponential_distribution(rate)(random) : std::numeric_limits<double>::infinity();
  };
  Replay result;
  result.busy.resize(scenario.ranks);
  std::vector<std::size_t> missing(jobs.size());
  std::iota(missing.begin(), missing.end(), 0);
  for (double begin = 0; !missing.empty();) {
    const SynchronousJob job(jobs, missing, scenario, begin);
    const double failure = next_failure(begin), stop = std::min(failure, job.end());
    missing.clear();
    for (const auto& turn : job.turns()) {
      if (turn.end > stop) missing.push_back(turn.job);
      if (turn.begin >= stop) continue;
      const double end = std::min(turn.end, stop);
      const auto width = static_cast<std::size_t>(jobs[turn.job].gang);
      if (turn.end <= stop) result.work += (end - turn.begin) * static_cast<double>(width);
      for (std::size_t rank = turn.first; rank < turn.first + width; ++rank) {
        result.busy[rank] += end - turn.begin;
        if (scenario.timeline) result.timeline.push_back({rank, turn.job, turn.begin, end});
      }
    }
    std::sort(missing.begin(), missing.end());
    result.makespan = stop;
    if (missing.empty()) break;
    ++result.failures, ++result.restarts;
    begin = failure + scenario.restart;
    if (result.restarts > most_restarts) {
      result.makespan = std::numeric_limits<double>::infinity();
      break;
    }
  }
  std::sort(result.timeline.begin(), result.timeline.end(),
            [](const Interval& a, const Interval& b) { return a.end < b.end; });
  return result;
}

}  // namespace stormsweep::simulation
