// Real trainings of the tornado network on generated storms; what the loop does with any task is in trainer_test.cpp.
#include "tests/experiments/metric.hpp"
#include "worker/training/trainer.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <vector>

#include "tests/experiments/tornado/tornado_world.hpp"
#include "tests/worker/training/line_task.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

using Settings = std::map<std::string, Value>;

std::vector<EndedTrial> run(const TornadoWorld& world, const Settings& settings, std::vector<std::int64_t> milestones) {
  const Configuration configuration = TornadoWorld::configuration(settings);
  const Training training{TrainingId{0}, configuration, std::move(milestones), 1};
  std::vector<EndedTrial> trials;
  CHECK(train([&] { return make_task(TornadoWorld::experiment(), configuration, world.context()); },
              make_plan(training, TornadoWorld::experiment()), recorded(trials)) == TrainingEnd::finished);
  return trials;
}

}  // namespace

TEST_CASE("milestones equal separate trainings to the last bit, in every mode") {
  const TornadoWorld world;
  for (const Settings& settings :
       {Settings{}, Settings{{"augmentation", std::string("live")}, {"dropout", 0.2}},
        Settings{{"augmentation", std::string("preaugmented")}, {"precision", std::string("bf16")}}}) {
    const auto together = run(world, settings, {1, 3});
    REQUIRE(together.size() == 2);
    const auto one = run(world, settings, {1}), three = run(world, settings, {3});
    CHECK(together[0].outcome.status == Status::complete);
    CHECK(same(together[0].outcome.metrics, one[0].outcome.metrics));
    CHECK(same(together[1].outcome.metrics, three[0].outcome.metrics));
    CHECK(together[0].epochs.size() == 1);
    CHECK(together[1].epochs.size() == 2);
    CHECK(same(together[1].epochs.back().metrics, three[0].epochs.back().metrics));
  }
}

TEST_CASE("it learns: eight epochs on 6,000 storms tell the positives of the test split") {
  const TornadoWorld world(6000);
  const auto trials = run(world, {{"batch_size", std::int64_t{32}}, {"learning_rate", 0.003}}, {8});
  REQUIRE(trials[0].outcome.status == Status::complete);
  CHECK(metric(trials[0].outcome, "test_auc") > 0.8);
  CHECK(metric(trials[0].outcome, "test_brier_skill") > 0);
  CHECK(trials[0].epochs.front().metrics.at(0).second > trials[0].epochs.back().metrics.at(0).second);  // train_loss
}

TEST_CASE("memory that runs out is an outcome of its own, and the process lives on") {
  const TornadoWorld world;
  const pid_t child = fork();
  if (child == 0) {  // a limit binds the whole process: take another one
    std::ifstream statm("/proc/self/statm");
    std::uint64_t pages = 0;
    statm >> pages;
    const rlimit limit{pages * 4096 + (24u << 20), pages * 4096 + (24u << 20)};
    setrlimit(RLIMIT_AS, &limit);
    const auto trials = run(world, {{"batch_size", std::int64_t{1000000}}, {"data_multiplier", std::int64_t{50}}}, {1});
    _exit(trials.at(0).outcome.status == Status::out_of_memory ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}
