// `train`: milestones, timings, outcomes and callbacks. Its steps are tested in trainer_step_test.cpp, checkpoints in
// trainer_checkpoint_test.cpp.
#include "worker/training/trainer.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>

#include "tests/worker/training/line_task.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

TEST_CASE("milestones of one training equal separate trainings to the last bit") {
  const auto shared = run({}, {{1, 3, 4}});
  CHECK(shared.size() == 3);
  for (std::size_t k = 0; k < shared.size(); ++k) {
    const std::int64_t epochs = std::vector<std::int64_t>{1, 3, 4}[k];
    const auto alone = run({}, {{epochs}});
    CHECK(shared[k].milestone == k);
    CHECK(shared[k].outcome.status == Status::complete);
    CHECK(shared[k].outcome.metrics == alone.at(0).outcome.metrics);
    CHECK(shared[k].epochs.back().epoch == epochs);
    CHECK(shared[k].epochs.back().metrics == shared[k].outcome.metrics);
  }
  CHECK(shared[1].epochs.size() == 2);
  CHECK(shared[0].outcome.metrics != shared[2].outcome.metrics);
}

TEST_CASE("timings grow with the milestones and hold their parts") {
  const auto ended = run({}, {{1, 5}});
  for (const auto& [milestone, outcome, epochs] : ended) {
    const Timings& t = outcome.timings;
    CHECK(t.wall >= t.load + t.augment + t.train + t.test);
    CHECK(t.samples_per_second == Approx(20.0 * (milestone == 0 ? 1 : 5) / t.train));
    CHECK(t.flops == Approx(18 * t.samples_per_second));
    CHECK(outcome.finished >= outcome.started);
  }
  CHECK(ended[1].outcome.timings.wall > ended[0].outcome.timings.wall);
  CHECK(ended[1].outcome.started == ended[0].outcome.started);
}

TEST_CASE("a loss that is not finite ends what is left as diverged and names the step") {
  const auto ended = run({.batch = 1}, {{1, 50, 60}, "sgd", 30});
  CHECK(ended.size() == 3);
  for (const auto& [milestone, outcome, epochs] : ended) {
    CHECK(outcome.status == Status::diverged);
    CHECK(outcome.metrics.empty());
    CHECK(outcome.error.find("in epoch 1, step ") != std::string::npos);
  }
}

TEST_CASE("a weight that is not finite after the last step of an epoch is reported, though every loss was finite") {
  const auto ended = run({.batch = 20, .dropout = 0}, {{1}, "sgd", 3e38});
  CHECK(ended.at(0).outcome.status == Status::diverged);
  CHECK(ended.at(0).outcome.error == "a weight is not finite after epoch 1");
}

TEST_CASE("an exception fails what is left and keeps what was finished") {
  LineTask::Options options;
  options.on_epoch = [](std::int64_t epoch) {
    if (epoch == 3) throw std::runtime_error("file.h5: gone;\nput it back");
  };
  const auto ended = run(options, {{2, 4}});
  CHECK(ended.at(0).outcome.status == Status::complete);
  CHECK(ended.at(1).outcome.status == Status::failed);
  CHECK(ended.at(1).outcome.error == "file.h5: gone; put it back");
  CHECK(ended.at(1).epochs.empty());
}

TEST_CASE("failed allocations are distinguished from other failures") {
  LineTask::Options options;
  SUBCASE("of LibTorch") {
    options.on_epoch = [](std::int64_t) { torch::empty({std::int64_t{1} << 55}); };
  }
  SUBCASE("of the standard library") {
    options.on_epoch = [](std::int64_t) { throw std::bad_alloc(); };
  }
  const auto short_of_memory = run(options, {{1}}).at(0).outcome;
  CHECK(short_of_memory.status == Status::out_of_memory);
  CHECK(short_of_memory.error.find("frame #") == std::string::npos);  // LibTorch's stack trace
  options.on_epoch = [](std::int64_t) { torch::zeros({2}) + torch::zeros({3}); };
  const auto failed = run(options, {{1}}).at(0).outcome;
  CHECK(failed.status == Status::failed);
  CHECK(failed.error.find('\n') == std::string::npos);
}

TEST_CASE("a task that cannot be built is a failure too") {
  std::vector<EndedTrial> ended;
  train([]() -> std::unique_ptr<Task> { throw std::runtime_error("no data"); }, {{1, 2}}, recorded(ended));
  CHECK(ended.size() == 2);
  CHECK(ended.at(1).outcome.error == "no data");
}

TEST_CASE("a training that is stopped leaves no outcome for what has not finished") {
  std::size_t finished = 0;
  int steps = 0;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome&, const auto&) { ++finished; };
  events.stop = [&] { return ++steps > 4; };  // three steps an epoch: in the second
  CHECK(train(make_line, {{1, 2}}, events) == TrainingEnd::stopped);
  CHECK(finished == 1);
}

TEST_CASE("a training reports before each step how many batches of which epoch are done") {
  std::vector<std::vector<std::int64_t>> told;
  TrainingEvents events;
  events.stepping = [&](std::int64_t epoch, std::int64_t done, std::int64_t all) {
    told.push_back({epoch, done, all});
  };
  events.finished = [](std::size_t, const Outcome&, const auto&) {};
  train(make_line, {{2}}, events);
  CHECK(told ==
        std::vector<std::vector<std::int64_t>>{{1, 0, 3}, {1, 1, 3}, {1, 2, 3}, {2, 0, 3}, {2, 1, 3}, {2, 2, 3}});
}

TEST_CASE("a training that takes longer than it may is ended, and what it has reached stays") {
  LineTask::Options slow;
  slow.on_epoch = [](std::int64_t) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  TrainingPlan plan{{1, 1000, 2000}};
  plan.trial_hours = 1.0 / 3600;
  const auto ended = run(slow, plan);
  REQUIRE(ended.size() == 3);
  CHECK(ended[0].outcome.status == Status::complete);
  for (const std::size_t k : {1, 2}) {
    CHECK(ended[k].outcome.status == Status::failed);
    CHECK(ended[k].outcome.error.starts_with("took longer than limits.trial_hours (0.000277"));
    CHECK(ended[k].outcome.timings.wall >= 1);
    CHECK(ended[k].outcome.timings.wall < 10);
    CHECK(ended[k].outcome.metrics.empty());
  }
  CHECK(ended[1].epochs.size() < 60);  // of 20 ms each
}

TEST_CASE("time spent on loading data does not count towards trial_hours") {
  std::vector<EndedTrial> ended;
  TrainingPlan plan{{1}};
  plan.trial_hours = 1.0 / 3600;
  const auto make = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1300));
    return make_line();
  };
  CHECK(train(make, plan, recorded(ended)) == TrainingEnd::finished);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcome.status == Status::complete);
  CHECK(ended[0].outcome.timings.wall >= 1.3);
}

TEST_CASE("what a callback throws comes out") {
  TrainingEvents events;
  events.finished = [](std::size_t, const Outcome&, const auto&) { throw std::logic_error("not the task's"); };
  CHECK_THROWS_AS(train(make_line, {{1}}, events), std::logic_error);
}

TEST_CASE("networks are shown at each milestone as they were evaluated, those of failed trials are not") {
  std::vector<std::size_t> shown;
  train(make_line, {{1, 3, 4}}, compared(shown));
  CHECK(shown == std::vector<std::size_t>{0, 1, 2});
  shown.clear();
  train(
      [] {
        return std::make_unique<LineTask>(LineTask::Options{.on_epoch = [](std::int64_t epoch) {
          if (epoch == 2) throw std::runtime_error("thrown");
        }});
      },
      {{1, 3}}, compared(shown));
  CHECK(shown == std::vector<std::size_t>{0});
}

TEST_CASE("the time that saving a network takes does not count as its training's") {
  std::vector<EndedTrial> ended;
  TrainingEvents events = recorded(ended);
  events.trained = [](std::size_t, Task&) { std::this_thread::sleep_for(std::chrono::seconds(1)); };
  train(make_line, {{1, 2}}, events);
  for (const EndedTrial& trial : ended) CHECK(trial.outcome.timings.wall < 1);
}

TEST_CASE("a trial reports its share of the peak") {
  TrainingPlan plan{{2}, "sgd", 0.1};
  plan.peak = 1e6;
  const Timings t = run({}, plan).at(0).outcome.timings;
  CHECK(t.flops > 0);
  CHECK(t.peak_share == Approx(t.flops / 1e6));
}
