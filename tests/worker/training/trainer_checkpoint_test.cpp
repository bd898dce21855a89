// How `train` stops, and continues from a checkpoint.
#include "worker/training/trainer.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "tests/folder.hpp"
#include "tests/heard.hpp"
#include "tests/text_of.hpp"
#include "tests/worker/training/line_task.hpp"
#include "worker/training/training_loop.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a training that goes on from a checkpoint has the time that it took before") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::seconds(0)};
  LineTask::Options slow;
  slow.on_epoch = [](std::int64_t epoch) {
    if (epoch == 2) std::this_thread::sleep_for(std::chrono::milliseconds(300));
  };
  TrainingPlan plan{{1000}};
  std::vector<EndedTrial> ended;
  int steps = 0;
  TrainingEvents events = recorded(ended);
  events.stop = [&] { return ++steps == 8; };  // three steps an epoch: in the third
  const auto make = [&] { return std::make_unique<LineTask>(slow); };
  CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::stopped);
  plan.trial_hours = 0.3 / 3600;
  CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::finished);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcome.status == Status::failed);
  CHECK(steps == 9);  // the next one was its last
}

TEST_CASE("an evaluation that is stopped, and made again, costs a training nothing") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::seconds(0)};
  bool first = true;
  LineTask::Options options;
  options.on_evaluation = [&] {
    if (!std::exchange(first, false)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    throw Stopped{};
  };
  std::vector<EndedTrial> ended;
  TrainingEvents events = recorded(ended);
  const auto make = [&] { return std::make_unique<LineTask>(options); };
  CHECK(train(make, {{1}}, events, nullptr, checkpoints) == TrainingEnd::stopped);
  CHECK(train(make, {{1}}, events, nullptr, checkpoints) == TrainingEnd::finished);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcome.timings.test < 0.5);
  CHECK(ended[0].outcome.timings.wall < 0.5);
}

TEST_CASE(
    "a training that is stopped at any step, or in an evaluation, goes on from there, bit-equal to one that was not") {
  for (const char* optimizer : {"adam", "adamw", "sgd", "rmsprop"}) {
    for (const int lag : {0, 1}) {
      TrainingPlan plan{{2, 4}, optimizer, 0.05};
      plan.gradient_lag = lag;
      plan.gradient_clip = 0.5 * lag;
      plan.weight_average = optimizer == std::string("sgd") ? 0.7 : 0;
      plan.scale_loss = optimizer == std::string("rmsprop");
      // The layer that is sometimes skipped still changes; the loss scale changes, and is restored.
      LineTask::Options options{.skips = true, .overflows = plan.scale_loss};
      const auto whole = run(options, plan);
      for (int stop_at = 1; stop_at <= 20; ++stop_at) {  // three steps and two evaluations an epoch
        CAPTURE(stop_at);
        const TemporaryFolder folder;
        const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::seconds(0)};
        std::vector<EndedTrial> ended;
        int looks = 0, losses = 0;
        const auto stopped = [&] { return ++looks == stop_at; };
        TrainingEvents events = recorded(ended);
        events.stop = stopped;
        options.on_loss = [&] { ++losses; };
        options.on_evaluation = [&] {
          if (stopped()) throw Stopped{};
        };
        const auto make = [&] { return std::make_unique<LineTask>(options); };
        CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::stopped);
        const bool first_done = !ended.empty();
        TrainingPlan rest = plan;
        if (first_done) rest.milestones = {4};
        CHECK(train(make, rest, events, nullptr, checkpoints) == TrainingEnd::finished);
        CHECK(losses == 12);  // nothing is trained twice
        REQUIRE(ended.size() == 2);
        for (std::size_t k = 0; k < 2; ++k) {
          CHECK(ended[k].outcome.metrics == whole[k].outcome.metrics);
          const std::size_t again = ended[k].epochs.size() - whole[k].epochs.size();
          REQUIRE(again <= (k == 1 && first_done ? 2 : 0));  // those of the first milestone
          for (std::size_t e = 0; e < whole[k].epochs.size(); ++e)
            CHECK(ended[k].epochs[again + e].metrics == whole[k].epochs[e].metrics);
        }
      }
    }
  }
}

TEST_CASE("a training that is stopped as a milestone is evaluated goes on from there, also where nobody took its end") {
  const TrainingPlan plan{{2, 4}, "adam", 0.05};
  const auto whole = run({}, plan);
  for (int stop_at = 7; stop_at <= 9; ++stop_at) {  // three steps an epoch: after the second, and in the third
    CAPTURE(stop_at);
    const TemporaryFolder folder;
    std::vector<EndedTrial> ended;
    int steps = 0;
    TrainingEvents events = recorded(ended);
    events.stop = [&] { return ++steps == stop_at; };
    const auto go_on = [&] {
      return train(make_line, plan, events, nullptr, {folder / "c.pt", std::chrono::seconds(0)});
    };
    CHECK(go_on() == TrainingEnd::stopped);
    CHECK(ended.size() == 1);
    ended.clear();
    CHECK(go_on() == TrainingEnd::finished);
    CHECK(steps == 12 + 1);  // `stop` is called twice before the step at which it stopped
    REQUIRE(ended.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(ended[k].outcome.metrics == whole[k].outcome.metrics);
      REQUIRE(ended[k].epochs.size() == 2);
      for (std::size_t e = 0; e < 2; ++e) CHECK(ended[k].epochs[e].metrics == whole[k].epochs[e].metrics);
    }
  }
}

TEST_CASE("a training that goes on from a rung, whose checkpoint stays, is bit-equal to one at one go") {
  for (const double average : {0.0, 0.7}) {
    for (const int lag : {0, 1}) {
      CAPTURE(average);
      CAPTURE(lag);
      const TemporaryFolder folder;
      const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::hours(1), true};
      std::vector<EndedTrial> ended;
      TrainingEvents events = recorded(ended);
      TrainingPlan plan{{1, 3, 4}, "adam", 0.05};
      plan.gradient_lag = lag;
      plan.weight_average = average;
      const auto whole = run({}, plan);
      for (const std::int64_t rung : {1, 3, 4}) {
        plan.milestones = {rung};
        int steps = 0;
        events.stop = [&] { return ++steps > 100; };
        train(make_line, plan, events, nullptr, checkpoints);
        CHECK(std::filesystem::exists(checkpoints.file));
        CHECK(steps == 3 * (rung == 3 ? 2 : 1));  // what is new
      }
      REQUIRE(ended.size() == 3);
      for (std::size_t k = 0; k < 3; ++k) CHECK(ended[k].outcome.metrics == whole[k].outcome.metrics);
    }
  }
}

TEST_CASE(
    "a training whose checkpoint stands at its end shows what was judged: the mean of the weights, not the last ones") {
  const TemporaryFolder folder;
  TrainingPlan plan{{2}, "adam", 0.05};
  plan.weight_average = 0.7;
  std::vector<torch::Tensor> shown;
  std::vector<double> told, judged;
  int steps = 0;
  TrainingEvents events;
  events.stop = [&] { return ++steps > 100; };
  events.trained = [&](std::size_t, Task& task) {
    shown.push_back(
        torch::cat({task.network().parameters()[0].flatten(), task.network().parameters()[1].flatten()}).clone());
    judged.push_back(task.evaluate(Split::test).at(0).second);
  };
  events.finished = [&](std::size_t, const Outcome& outcome, const std::vector<EpochRecord>&) {
    told.push_back(outcome.metrics.back().second);
  };
  for (int k = 0; k < 2; ++k) train(make_line, plan, events, nullptr, {folder / "c.pt", std::chrono::hours(1), true});
  CHECK(steps == 2 * 3);  // the second time there is nothing to train
  REQUIRE(shown.size() == 2);
  CHECK(shown[1].equal(shown[0]));
  CHECK(told == judged);
}

TEST_CASE("a checkpoint beyond what is wanted, or that cannot be read, is not used") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  int steps = 0;
  std::vector<EndedTrial> ended;
  TrainingEvents events = recorded(ended);
  SUBCASE("beyond") {
    events.stop = [&] { return ++steps == 9; };  // in the third epoch
    train(make_line, {{4}}, events, nullptr, checkpoints);
    CHECK(std::filesystem::exists(checkpoints.file));
  }
  std::string told;
  SUBCASE("broken") {
    std::ofstream(checkpoints.file) << "no archive";
    told = checkpoints.file.string() + " cannot be read (";
  }
  SUBCASE("damaged in a tensor") {
    events.stop = [&] { return ++steps == 5; };
    train(make_line, {{2}}, events, nullptr, checkpoints);
    std::string bytes = text_of(checkpoints.file);
    bytes[(bytes.find("/data/0") / 64 + 1) * 64 + 3] ^= 1;  // tensors begin at multiples of 64 bytes: an exponent
    std::ofstream(checkpoints.file) << bytes;
    told = checkpoints.file.string() + " cannot be read (it is damaged";
  }
  events.stop = [] { return false; };
  const std::string said = heard([&] { train(make_line, {{2}}, events, nullptr, checkpoints); });
  CHECK(said.starts_with(told));
  CHECK(std::count(said.begin(), said.end(), '\n') == (told.empty() ? 0 : 1));
  CHECK(ended.at(0).outcome.metrics == run({}, {{2}}).at(0).outcome.metrics);
}

TEST_CASE("an error that passes costs no checkpoint: the training goes on from it when it is tried again") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  const auto whole = run({}, {{2, 4}});
  bool readable = false;
  int steps = 0;
  std::vector<EndedTrial> ended;
  TrainingEvents events = recorded(ended);
  events.stop = [&] { return ++steps > 100; };
  const auto make = [&] {
    return std::make_unique<LineTask>(LineTask::Options{.on_epoch = [&](std::int64_t epoch) {
      if (epoch == 4 && !readable) throw std::runtime_error("file.h5: Stale file handle");
    }});
  };
  train(make, {{2, 4}}, events, nullptr, checkpoints);
  REQUIRE(ended.size() == 2);
  CHECK(ended[1].outcome.status == Status::failed);
  readable = true;
  steps = 0;
  train(make, {{4}}, events, nullptr, checkpoints);
  CHECK(steps <= 4);  // three steps per epoch; the last checkpoint is from before the third epoch's last step
  REQUIRE(ended.size() == 3);
  CHECK(ended[2].outcome.metrics == whole[1].outcome.metrics);
  REQUIRE(ended[2].epochs.size() == 4);  // those of the first milestone again
  for (std::size_t e = 0; e < 4; ++e) CHECK(ended[2].epochs[e].metrics == whole[e / 2].epochs[e % 2].metrics);
}

TEST_CASE("where it is not known whether there is a checkpoint, the training fails, and the checkpoint stays") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("c.pt", folder / "c.pt");  // a loop
  std::vector<EndedTrial> ended;
  train(make_line, {{1}}, recorded(ended), nullptr, {folder / "c.pt", std::chrono::seconds(0)});
  CHECK(ended.at(0).outcome.status == Status::failed);
  CHECK(ended.at(0).outcome.error.find("c.pt") != std::string::npos);
  CHECK(std::filesystem::is_symlink(folder / "c.pt"));
}

namespace {

/// A task without memory left for its checkpoint.
struct FullTask : LineTask {
  struct Network : torch::nn::Module {
    explicit Network(std::shared_ptr<torch::nn::Module> line) { register_module("line", std::move(line)); }
    void load(torch::serialize::InputArchive&) override { torch::empty({std::int64_t{1} << 55}); }
  };
  std::shared_ptr<Network> full = std::make_shared<Network>(LineTask::network().shared_from_this());

  FullTask() : LineTask({}) {}
  torch::nn::Module& network() override { return *full; }
};

}  // namespace

TEST_CASE("memory that runs out while a checkpoint is written is reported as that, and the checkpoint stays") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  int steps = 0;
  std::vector<EndedTrial> ended;
  TrainingEvents events = recorded(ended);
  events.stop = [&] { return ++steps == 2; };
  for (int starts = 1; starts <= 2; ++starts)
    train([] { return std::make_unique<FullTask>(); }, {{1}}, events, nullptr, checkpoints);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcome.status == Status::out_of_memory);
  CHECK(steps == 2);
  CHECK(std::filesystem::exists(checkpoints.file));
}

TEST_CASE("a checkpoint that has a milestone's metrics but no longer its network is not used where that is wanted") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  int steps = 0;
  TrainingEvents stopped;
  stopped.stop = [&] { return ++steps == 9; };  // in the third epoch, which has three steps
  train(make_line, {{4}}, stopped, nullptr, checkpoints);
  REQUIRE(std::filesystem::exists(checkpoints.file));
  std::vector<std::size_t> shown;
  train(make_line, {{2, 4}}, compared(shown), nullptr, checkpoints);
  CHECK(shown == std::vector<std::size_t>{0, 1});
}

TEST_CASE("a training that goes on with other threads says so, and one with the same does not") {
  const int before = torch::get_num_threads();
  for (const int threads : {1, 2}) {
    const TemporaryFolder folder;
    const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
    int steps = 0;
    TrainingEvents stopped;
    stopped.stop = [&] { return ++steps == 5; };
    torch::set_num_threads(1);
    train(make_line, {{4}}, stopped, nullptr, checkpoints);
    torch::set_num_threads(threads);
    std::vector<EndedTrial> ended;
    const std::string said = heard([&] { train(make_line, {{4}}, recorded(ended), nullptr, checkpoints); });
    CHECK((said.find("c.pt: computed so far with --threads 1, ") != std::string::npos) == (threads == 2));
    CHECK((said.find(", from here with --threads 2, ") != std::string::npos) == (threads == 2));
  }
  torch::set_num_threads(before);
}

TEST_CASE("a checkpoint that cannot be written costs no training") {
  const TrainingPlan plan{{2, 4}};
  const auto whole = run({}, plan);
  for (const bool stays : {false, true}) {
    CAPTURE(stays);
    const CheckpointPlan nowhere{"/proc/no/c.pt", Seconds(0), stays};
    std::vector<EndedTrial> ended;
    TrainingEvents events = recorded(ended);
    CHECK(train(make_line, plan, events, nullptr, nowhere) == TrainingEnd::finished);
    REQUIRE(ended.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(ended[k].outcome.status == Status::complete);
      CHECK(ended[k].outcome.metrics == whole[k].outcome.metrics);
    }
    events.stop = [] { return true; };
    CHECK(train(make_line, plan, events, nullptr, nowhere) == TrainingEnd::stopped);
  }
}
