// Halving under both schedules as they are, on the simulation's clock: how busy it keeps the ranks.
#include <doctest/doctest.h>

#include <algorithm>

#include "master/schedule/method_workload.hpp"
#include "search/base/random.hpp"
#include "search/methods/methods.hpp"

using namespace stormsweep;

namespace {

Space space_of(int brackets) {
  return parse_space(
      R"({"name": "h", "experiment": "noop", "method": {"name": "halving", "size": 81, "brackets": )" +
          std::to_string(brackets) +
          R"(}, "parameters": {"index": {"min": 0, "max": 1000000000}, "epochs": {"min": 1, "max": 81}}})",
      "h.json", "/");
}

/// An epoch takes 0.5 to 1.5 s, by configuration; a rung goes on from the one below.
double seconds_of(const Training& training, std::int64_t done) {
  return (0.5 + RandomStream(training.id.value).uniform()) * static_cast<double>(training.milestones[0] - done);
}

/// Better with every epoch, towards a limit of its own.
double value_of(const Training& training) {
  RandomStream stream(training.id.value + 12345);
  return stream.uniform() - stream.uniform() / static_cast<double>(training.milestones[0]);
}

struct Run {
  simulation::Replay replay;
  std::uint64_t trials;
  double first_whole;       ///< when the first training has come to the last rung
  double busy_until_drawn;  ///< share of the ranks' time that is work, until the last bracket is begun
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

}  // namespace

TEST_CASE("halving keeps 16 ranks busy while brackets overlap; barriers do not") {
  const Space many = space_of(16), one = space_of(1);
  const Run overlapping = run(many, 16, simulation::Policy::fifo);
  CHECK(overlapping.trials == 16 * 121);
  CHECK(overlapping.busy_until_drawn > 0.95);
  CHECK(overlapping.replay.efficiency() > 0.75);
  const Run rounds = run(many, 16, simulation::Policy::rounds);
  CHECK(rounds.trials == overlapping.trials);
  CHECK(rounds.replay.work == doctest::Approx(overlapping.replay.work));  // the same trainings
  const Run alone = run(one, 16, simulation::Policy::fifo);
  CHECK(alone.replay.efficiency() < 0.3);
  MESSAGE("16 brackets, overlapping: ", overlapping.replay.efficiency(), " (", overlapping.busy_until_drawn,
          " while there are new configurations), first whole training after ", overlapping.first_whole, " s");
  MESSAGE("16 brackets in rounds: ", rounds.replay.efficiency(), ", first after ", rounds.first_whole, " s");
  MESSAGE("1 bracket: ", alone.replay.efficiency(), ", first after ", alone.first_whole, " s");
}

TEST_CASE("a simulated search whose ranks die trains all the same") {
  const Space space = space_of(4);
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
