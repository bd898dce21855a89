// How busy halving keeps the ranks, with both real schedules on the simulation's clock.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "master/schedule/method_workload.hpp"
#include "search/base/random.hpp"
#include "search/methods/methods.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

Space brackets_space(int brackets) {
  return parse_space(
      R"({"name": "h", "experiment": "noop", "method": {"name": "halving", "size": 81, "brackets": )" +
          std::to_string(brackets) +
          R"(}, "parameters": {"index": {"min": 0, "max": 1000000000}, "epochs": {"min": 1, "max": 81}}})",
      "h.json", "/");
}

/// An epoch takes 0.5 to 1.5 s, by configuration; a rung continues from the one below.
double seconds_of(const Training& training, std::int64_t done) {
  return (0.5 + RandomStream(training.id.value).uniform()) * static_cast<double>(training.milestones[0] - done);
}

/// Improves with every epoch, towards each configuration's own limit.
double value_of(const Training& training) {
  RandomStream stream(training.id.value + 12345);
  return stream.uniform() - stream.uniform() / static_cast<double>(training.milestones[0]);
}

struct Run {
  simulation::Replay replay;
  std::uint64_t trials;
  double first_whole;       ///< when the first training has reached the last rung
  double busy_until_drawn;  ///< share of the ranks' time spent working, until the last bracket begins
};

Run run(const Space& space, std::size_t ranks, simulation::Policy policy) {
  MethodWorkload workload(space, make_method(space), {seconds_of, value_of});
  simulation::Scenario scenario;
  scenario.ranks = ranks;
  scenario.policy = policy;
  scenario.timeline = true;
  Run run{simulation::replay(workload, scenario), workload.trials(), simulation::never, 0};
  double drawn = 0, busy = 0;
  for (const auto& [rank, job, begin, end] : run.replay.timeline) {
    const Training& training = workload.training(job);
    if (training.rung->number == 0) drawn = std::max(drawn, begin);
    if (training.milestones[0] == 81) run.first_whole = std::min(run.first_whole, end);
  }
  for (const auto& interval : run.replay.timeline)
    busy += std::max(0.0, std::min(interval.end, drawn) - interval.begin);
  run.busy_until_drawn = busy / (drawn * static_cast<double>(ranks));
  return run;
}

/// All trainings of halving by its definition: the best third of 81 goes on, and so on to the last one.
double seconds_by_hand(std::uint64_t brackets) {
  double seconds = 0;
  for (std::uint64_t b = 0; b < brackets; ++b) {
    std::vector<Training> left;
    for (std::uint64_t i = 81 * b; i < 81 * (b + 1); ++i) left.emplace_back().id = TrainingId{i};
    for (std::int64_t epochs = 1, done = 0; !left.empty(); done = epochs, epochs *= 3) {
      for (Training& training : left) training.milestones = {epochs}, seconds += seconds_of(training, done);
      std::ranges::sort(left, std::greater(), value_of);
      left.erase(left.begin() + std::ssize(left) / 3, left.end());
    }
  }
  return seconds;
}

}  // namespace

TEST_CASE("halving keeps 16 ranks busy while brackets overlap; behind barriers the first whole training comes late") {
  const Space many = brackets_space(16), one = brackets_space(1);
  const Run overlapping = run(many, 16, simulation::Policy::fifo);
  CHECK(overlapping.trials == 16 * 121);
  CHECK(overlapping.replay.work == Approx(seconds_by_hand(16)));
  CHECK(overlapping.busy_until_drawn == Approx(1));
  CHECK(overlapping.replay.efficiency() == Approx(0.89).epsilon(0.01));  // search/methods/README.md states these two
  const Run rounds = run(many, 16, simulation::Policy::rounds);
  CHECK(rounds.trials == 16 * 121);
  CHECK(rounds.replay.work == Approx(seconds_by_hand(16)));
  CHECK(rounds.first_whole > 3 * overlapping.first_whole);
  const Run alone = run(one, 16, simulation::Policy::fifo);
  CHECK(alone.replay.work == Approx(seconds_by_hand(1)));
  CHECK(alone.replay.efficiency() == Approx(0.22).epsilon(0.02));
}

TEST_CASE("a simulated search whose ranks die trains all the same") {
  const Space space = brackets_space(4);
  for (const auto policy : {simulation::Policy::fifo, simulation::Policy::rounds}) {
    MethodWorkload workload(space, make_method(space), {seconds_of, value_of});
    simulation::Scenario scenario;
    scenario.ranks = 8;
    scenario.policy = policy;
    scenario.failures_per_hour = 2;
    const auto replay = simulation::replay(workload, scenario);
    CHECK(replay.failures > 0);
    CHECK(workload.trials() == 4 * 121);
    CHECK(replay.efficiency() < 1);
  }
}
