#include "worker/training/trainer.hpp"

#include <doctest/doctest.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>

#include "search/base/seed.hpp"
#include "tests/folder.hpp"
#include "tests/heard.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/training_loop.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

struct Line : torch::nn::Module {
  torch::nn::Linear all{3, 1}, at_times{3, 1};
  Line() {
    register_module("all", all);
    register_module("at_times", at_times);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : parameters()) parameter.zero_();
  }
};

/// Linear regression with dropout on the inputs: small enough to compute by hand, random enough to show what leaks.
class LineTask : public Task {
 public:
  struct Options {
    std::int64_t batch = 8, micro_batch = 1000;
    double dropout = 0.25;
    std::function<void(std::int64_t epoch)> on_epoch = [](std::int64_t) {};
    std::int64_t most_at_once = 1000;    ///< beyond this, memory runs out
    std::int64_t least_micro_batch = 1;  ///< below this, it throws
    bool skips = false;                  ///< a second layer takes part, in every other step by chance
    bool overflows = false;              ///< gradients on their way, where the loss is multiplied by more than 2^15
    std::function<void()> on_loss = [] {};
  };
  explicit LineTask(Options options) : options_(std::move(options)) {}

  torch::nn::Module& network() override { return *line_; }
  std::uint64_t seed() const override { return 7; }
  std::int64_t forward_flops() const override { return 6; }
  std::int64_t batches_per_epoch() const override { return (20 + options_.batch - 1) / options_.batch; }
  std::int64_t micro_batch() const override { return options_.micro_batch; }
  std::int64_t least_micro_batch() const override { return options_.least_micro_batch; }
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override {
    options_.on_epoch(epoch);
    return Prefetch(
        batches_per_epoch() - first,
        [this, first](std::int64_t k) {
          return Batch{rows(x_, first + k), rows(y_, first + k)};
        },
        0);
  }
  Loss loss(const Batch& batch) override {
    if (batch.input.size(0) > options_.most_at_once) throw std::bad_alloc();
    if (batch.input.size(0) < options_.least_micro_batch) throw std::invalid_argument("too few at once");
    CHECK(line_->is_training());
    options_.on_loss();
    const auto input = torch::dropout(batch.input, options_.dropout, true);
    const bool both = options_.skips && torch::rand({1}).item<float>() < 0.5F;
    const auto squares = (made(input, both) - batch.target).square();
    const auto mean =
        options_.overflows ? squares.mean() * std::ldexp(1.0, -112) * std::ldexp(1.0, 112) : squares.mean();
    return {mean, squares.detach().sum().unsqueeze(0)};
  }
  std::vector<std::string> training_metrics() const override { return {"train_loss"}; }
  Metrics evaluate(Split split) override {
    CHECK_FALSE(line_->is_training());
    const torch::NoGradGuard no_grad;
    const double loss = (made(x_, options_.skips) - y_).square().mean().item<double>();
    return {{split == Split::test ? "test_loss" : "validation_loss", loss}};
  }

 private:
  torch::Tensor rows(const torch::Tensor& all, std::int64_t k) const {
    return all.slice(0, k * options_.batch, std::min<std::int64_t>(20, (k + 1) * options_.batch));
  }
  torch::Tensor made(const torch::Tensor& input, bool both) {
    const auto result = line_->all(input);
    return (both ? result + line_->at_times(input) : result).squeeze(1);
  }
  static torch::Tensor inputs() { return torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}); }

  Options options_;
  std::shared_ptr<Line> line_ = std::make_shared<Line>();
  torch::Tensor x_ = inputs(), y_ = x_.sum(1) + 1;
};

struct Ended {
  std::size_t milestone;
  Outcome outcome;
  std::vector<EpochRecord> epochs;
};

std::vector<Ended> run(const LineTask::Options& options, const TrainingPlan& plan) {
  std::vector<Ended> ended;
  TrainingEvents events;
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    ended.push_back({milestone, outcome, epochs});
  };
  CHECK(train([&] { return std::make_unique<LineTask>(options); }, plan, events) == TrainingEnd::finished);
  return ended;
}

}  // namespace

TEST_CASE("one step of SGD is what a hand computes, whatever the size of the micro-batches") {
  // At zero weights the gradient of the mean square is -2 mean(y x), -2 mean(y).
  const auto x = torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}), y = x.sum(1) + 1;
  const auto weight = 0.1 * 2 * (y.unsqueeze(1) * x).mean(0), bias = 0.1 * 2 * y.mean();
  const double expected = (x.matmul(weight) + bias - y).square().mean().item<double>();
  for (const std::int64_t micro_batch : {1000, 20, 7, 1}) {
    const auto ended = run({.batch = 1000, .micro_batch = micro_batch, .dropout = 0}, {{1}, "sgd", 0.1});
    CHECK(ended.at(0).outcome.metrics.back().second == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("steps of SGD with a rate that falls within an epoch, by hand") {
  const auto x = torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}), y = x.sum(1) + 1;
  const auto inputs = torch::cat({x, torch::ones({20, 1})}, 1);
  torch::Tensor weights = torch::zeros({4}), velocity = torch::zeros({4});
  for (int step = 0; step < 3; ++step) {
    const auto rows = inputs.slice(0, 8 * step, 8 * (step + 1)), wanted = y.slice(0, 8 * step, 8 * (step + 1));
    const auto gradient = 2 * ((rows.matmul(weights) - wanted).unsqueeze(1) * rows).mean(0);
    velocity = 0.9 * velocity + gradient;
    weights = weights - 0.1 * std::pow(1 - step / 3.0, 2) * velocity;
  }
  TrainingPlan plan{{1}, "sgd", 0.1};
  plan.learning_rate.schedule = LearningRate::Schedule::poly;
  plan.learning_rate.power = 2;
  plan.learning_rate.length = 1;
  const double expected = (inputs.matmul(weights) - y).square().mean().item<double>();
  CHECK(run({.dropout = 0}, plan).at(0).outcome.metrics.back().second == Approx(expected).epsilon(1e-5));
}

TEST_CASE("each step draws from a seed of its own: by epoch, step and shard") {
  std::vector<float> drawn, expected;
  LineTask::Options options{.dropout = 0};
  options.on_loss = [&] { drawn.push_back(torch::rand({1}).item<float>()); };
  run(options, {{2}});
  for (const std::uint64_t epoch : {1, 2})
    for (const std::uint64_t step : {1, 2, 3}) {
      torch::manual_seed(derive_seed(7, "dropout", {epoch, step, 0}));
      expected.push_back(torch::rand({1}).item<float>());
    }
  CHECK(drawn == expected);
}

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

TEST_CASE("a weight that is not finite after the last step of an epoch is told, though every loss was") {
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

TEST_CASE("failed allocations are told from other failures") {
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
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { outcomes.push_back(outcome); };
  train([]() -> std::unique_ptr<Task> { throw std::runtime_error("no data"); }, {{1, 2}}, events);
  CHECK(outcomes.size() == 2);
  CHECK(outcomes.at(1).error == "no data");
}

TEST_CASE("a training that is stopped leaves no outcome for what has not finished") {
  std::size_t finished = 0;
  int steps = 0;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome&, const auto&) { ++finished; };
  events.stop = [&] { return ++steps > 4; };  // three steps an epoch: in the second
  CHECK(train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, {{1, 2}}, events) ==
        TrainingEnd::stopped);
  CHECK(finished == 1);
}

TEST_CASE("a training tells before each step how many batches of which epoch are done") {
  std::vector<std::vector<std::int64_t>> told;
  TrainingEvents events;
  events.stepping = [&](std::int64_t epoch, std::int64_t done, std::int64_t all) {
    told.push_back({epoch, done, all});
  };
  events.finished = [](std::size_t, const Outcome&, const auto&) {};
  train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, {{2}}, events);
  CHECK(told ==
        std::vector<std::vector<std::int64_t>>{{1, 0, 3}, {1, 1, 3}, {1, 2, 3}, {2, 0, 3}, {2, 1, 3}, {2, 2, 3}});
}

TEST_CASE("a training that takes longer than it may is ended, and what it has reached stays") {
  LineTask::Options slow;
  slow.on_epoch = [](std::int64_t) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  TrainingPlan plan{{1, 1000, 2000}};
  plan.trial_hours = 0.2 / 3600;
  const auto ended = run(slow, plan);
  REQUIRE(ended.size() == 3);
  CHECK(ended[0].outcome.status == Status::complete);
  for (const std::size_t k : {1, 2}) {
    CHECK(ended[k].outcome.status == Status::failed);
    CHECK(ended[k].outcome.error.starts_with("took longer than limits.trial_hours (5.55"));
    CHECK(ended[k].outcome.timings.wall >= 0.2);
    CHECK(ended[k].outcome.timings.wall < 10);
    CHECK(ended[k].outcome.metrics.empty());
  }
  CHECK(ended[1].epochs.size() < 20);  // of 20 ms each
}

TEST_CASE("a training that goes on from a checkpoint has the time that it took before") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::seconds(0)};
  LineTask::Options slow;
  slow.on_epoch = [](std::int64_t epoch) {
    if (epoch == 2) std::this_thread::sleep_for(std::chrono::milliseconds(300));
  };
  TrainingPlan plan{{1000}};
  std::vector<Outcome> ended;
  int steps = 0;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { ended.push_back(outcome); };
  events.stop = [&] { return ++steps == 8; };  // three steps an epoch: in the third
  const auto make = [&] { return std::make_unique<LineTask>(slow); };
  CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::stopped);
  plan.trial_hours = 0.3 / 3600;
  CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::finished);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].status == Status::failed);
  CHECK(steps == 9);  // the next one was its last
}

TEST_CASE("what the listener throws comes out") {
  TrainingEvents events;
  events.finished = [](std::size_t, const Outcome&, const auto&) { throw std::logic_error("not the task's"); };
  CHECK_THROWS_AS(train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, {{1}}, events),
                  std::logic_error);
}

TEST_CASE("a training that is stopped at any step goes on from its checkpoint, bit-equal to one that was not") {
  for (const char* optimizer : {"adam", "adamw", "sgd", "rmsprop"}) {
    for (const int lag : {0, 1}) {
      TrainingPlan plan{{2, 4}, optimizer, 0.05};
      plan.gradient_lag = lag;
      plan.gradient_clip = 0.5 * lag;
      plan.weight_average = optimizer == std::string("sgd") ? 0.7 : 0;
      plan.scale_loss = optimizer == std::string("rmsprop");
      // The layer that is left out at times moves all the same; the factor moves, and its place is kept.
      const LineTask::Options options{.skips = true, .overflows = plan.scale_loss};
      const auto whole = run(options, plan);
      for (int stop_at = 1; stop_at <= 12; ++stop_at) {  // three steps an epoch
        CAPTURE(stop_at);
        const TemporaryFolder folder;
        const CheckpointPlan checkpoints{folder / "a/c.pt", std::chrono::seconds(0)};
        std::vector<Ended> ended;
        int steps = 0;
        TrainingEvents events;
        events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
          ended.push_back({milestone, outcome, epochs});
        };
        events.stop = [&] { return ++steps == stop_at; };
        const auto make = [&] { return std::make_unique<LineTask>(options); };
        CHECK(train(make, plan, events, nullptr, checkpoints) == TrainingEnd::stopped);
        const bool first_done = !ended.empty();
        TrainingPlan rest = plan;
        if (first_done) rest.milestones = {4};
        const int steps_before = steps;
        CHECK(train(make, rest, events, nullptr, checkpoints) == TrainingEnd::finished);
        CHECK(steps - steps_before <= 12 - stop_at + 1);  // nothing is done twice
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
    std::vector<Ended> ended;
    int steps = 0;
    TrainingEvents events;
    events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
      ended.push_back({milestone, outcome, epochs});
    };
    events.stop = [&] { return ++steps == stop_at; };
    const auto go_on = [&] {
      return train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, plan, events, nullptr,
                   {folder / "c.pt", std::chrono::seconds(0)});
    };
    CHECK(go_on() == TrainingEnd::stopped);
    CHECK(ended.size() == 1);
    ended.clear();
    CHECK(go_on() == TrainingEnd::finished);
    CHECK(steps == 12 + 1);  // asked twice before the step at which it was stopped
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
      std::vector<Ended> ended;
      TrainingEvents events;
      events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
        ended.push_back({milestone, outcome, epochs});
      };
      TrainingPlan plan{{1, 3, 4}, "adam", 0.05};
      plan.gradient_lag = lag;
      plan.weight_average = average;
      const auto whole = run({}, plan);
      for (const std::int64_t rung : {1, 3, 4}) {
        plan.milestones = {rung};
        int steps = 0;
        events.stop = [&] { return ++steps > 100; };
        train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, plan, events, nullptr, checkpoints);
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
  for (int k = 0; k < 2; ++k)
    train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, plan, events, nullptr,
          {folder / "c.pt", std::chrono::hours(1), true});
  CHECK(steps == 2 * 3);  // the second time there is nothing to train
  REQUIRE(shown.size() == 2);
  CHECK(shown[1].equal(shown[0]));
  CHECK(told == judged);
}

TEST_CASE("a checkpoint beyond what is wanted, or that cannot be read, is not used") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  const auto make = [] { return std::make_unique<LineTask>(LineTask::Options{}); };
  int steps = 0;
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { outcomes.push_back(outcome); };
  SUBCASE("beyond") {
    events.stop = [&] { return ++steps == 9; };  // in the third epoch
    train(make, {{4}}, events, nullptr, checkpoints);
    CHECK(std::filesystem::exists(checkpoints.file));
  }
  std::string told;
  SUBCASE("broken") {
    std::ofstream(checkpoints.file) << "no archive";
    told = checkpoints.file.string() + " cannot be read (";
  }
  events.stop = [] { return false; };
  const std::string said = heard([&] { train(make, {{2}}, events, nullptr, checkpoints); });
  CHECK(said.starts_with(told));
  CHECK(std::count(said.begin(), said.end(), '\n') == (told.empty() ? 0 : 1));
  CHECK(outcomes.at(0).metrics == run({}, {{2}}).at(0).outcome.metrics);
}

TEST_CASE("an error that passes costs no checkpoint: the training goes on from it when it is tried again") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  const auto whole = run({}, {{2, 4}});
  bool readable = false;
  int steps = 0;
  std::vector<Ended> ended;
  TrainingEvents events;
  events.stop = [&] { return ++steps > 100; };
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    ended.push_back({milestone, outcome, epochs});
  };
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
  CHECK(steps <= 4);  // three steps an epoch; the last checkpoint stands before the third epoch's last one
  REQUIRE(ended.size() == 3);
  CHECK(ended[2].outcome.metrics == whole[1].outcome.metrics);
  REQUIRE(ended[2].epochs.size() == 4);  // those of the first milestone again
  for (std::size_t e = 0; e < 4; ++e) CHECK(ended[2].epochs[e].metrics == whole[e / 2].epochs[e % 2].metrics);
}

TEST_CASE("a checkpoint that cannot be told from none fails the training, and stays") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("c.pt", folder / "c.pt");  // a loop
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { outcomes.push_back(outcome); };
  train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, {{1}}, events, nullptr,
        {folder / "c.pt", std::chrono::seconds(0)});
  CHECK(outcomes.at(0).status == Status::failed);
  CHECK(outcomes.at(0).error.find("c.pt") != std::string::npos);
  CHECK(std::filesystem::is_symlink(folder / "c.pt"));
}

namespace {

/// Has no memory left for its checkpoint.
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

TEST_CASE("memory that runs out over a checkpoint is told as that, and the checkpoint stays") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  int steps = 0;
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.stop = [&] { return ++steps == 2; };
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { outcomes.push_back(outcome); };
  for (int starts = 1; starts <= 2; ++starts)
    train([] { return std::make_unique<FullTask>(); }, {{1}}, events, nullptr, checkpoints);
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].status == Status::out_of_memory);
  CHECK(steps == 2);
  CHECK(std::filesystem::exists(checkpoints.file));
}

namespace {

/// Events that hold each network against the metrics that are told of it right after.
TrainingEvents compared(std::vector<std::size_t>& milestones) {
  auto shown = std::make_shared<std::optional<Metrics>>();
  TrainingEvents events;
  events.trained = [shown](std::size_t, Task& task) { *shown = task.evaluate(Split::test); };
  events.finished = [&milestones, shown](std::size_t milestone, const Outcome& outcome, const auto&) {
    CHECK(shown->has_value() == (outcome.status == Status::complete));
    if (*shown) CHECK((*shown)->at(0) == outcome.metrics.back());
    if (*shown) milestones.push_back(milestone);
    shown->reset();
  };
  return events;
}

}  // namespace

TEST_CASE("networks are shown at each milestone as they were evaluated, those of failed trials are not") {
  std::vector<std::size_t> shown;
  const auto make = [] { return std::make_unique<LineTask>(LineTask::Options{}); };
  train(make, {{1, 3, 4}}, compared(shown));
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

TEST_CASE("a checkpoint that has a milestone's metrics but no longer its network is not used where that is wanted") {
  const TemporaryFolder folder;
  const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
  const auto make = [] { return std::make_unique<LineTask>(LineTask::Options{}); };
  int steps = 0;
  TrainingEvents stopped;
  stopped.stop = [&] { return ++steps == 9; };  // in the third epoch, which has three steps
  train(make, {{4}}, stopped, nullptr, checkpoints);
  REQUIRE(std::filesystem::exists(checkpoints.file));
  std::vector<std::size_t> shown;
  train(make, {{2, 4}}, compared(shown), nullptr, checkpoints);
  CHECK(shown == std::vector<std::size_t>{0, 1});
}

TEST_CASE("the time that a network takes to be saved is none of its training's") {
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.trained = [](std::size_t, Task&) { std::this_thread::sleep_for(std::chrono::seconds(1)); };
  events.finished = [&](std::size_t, const Outcome& outcome, const auto&) { outcomes.push_back(outcome); };
  train([] { return std::make_unique<LineTask>(LineTask::Options{}); }, {{1, 2}}, events);
  for (const Outcome& outcome : outcomes) CHECK(outcome.timings.wall < 1);
}

TEST_CASE("with a lag of one the first step changes nothing, and each later one is that of the step before") {
  const LineTask::Options whole{.batch = 20, .dropout = 0};  // one step an epoch
  TrainingPlan lagging{{1, 2, 3}, "sgd", 0.1};
  lagging.gradient_lag = 1;
  const auto late = run(whole, lagging), soon = run(whole, {{1, 2}, "sgd", 0.1});
  const auto x = torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}), y = x.sum(1) + 1;
  const auto validation = [](const Ended& ended) { return ended.outcome.metrics.at(1).second; };
  CHECK(validation(late[0]) == Approx(y.square().mean().item<double>()));  // at zero weights
  CHECK(validation(late[1]) == validation(soon[0]));
  CHECK(validation(late[2]) != validation(soon[1]));  // its gradient was taken at older weights
}

TEST_CASE("a scaled learning rate grows from the one of a single rank over the warm-up") {
  const LineTask::Options whole{.batch = 20, .dropout = 0};
  const auto loss = [&](double rate, double scale, std::int64_t warmup, std::int64_t epochs) {
    TrainingPlan plan{{epochs}, "sgd", rate};
    plan.learning_rate.scale = scale;
    plan.learning_rate.warmup_epochs = warmup;
    return run(whole, plan).at(0).outcome.metrics.at(1).second;
  };
  CHECK(loss(0.01, 4, 0, 3) == Approx(loss(0.04, 1, 0, 3)));
  CHECK(loss(0.01, 4, 2, 1) == Approx(loss(0.01, 1, 0, 1)));  // the first step is not scaled yet
  CHECK(loss(0.01, 4, 2, 3) < loss(0.01, 1, 0, 3));
  CHECK(loss(0.01, 4, 2, 3) > loss(0.04, 1, 0, 3));
}

TEST_CASE("gradients longer than they may be are shortened, others are not touched") {
  // As in the first case: at zero weights the gradient is -2 mean(y x), -2 mean(y).
  const auto x = torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}), y = x.sum(1) + 1;
  const auto weight = 2 * (y.unsqueeze(1) * x).mean(0), bias = 2 * y.mean();
  const double norm = std::sqrt((weight.square().sum() + bias.square()).item<double>());
  const auto loss_with = [&](double clip) {
    TrainingPlan plan{{1}, "sgd", 0.1};
    plan.gradient_clip = clip;
    return run({.batch = 20, .dropout = 0}, plan).at(0).outcome.metrics.back().second;
  };
  for (const double clip : {0.1 * norm, 0.5 * norm, 2 * norm, 0.0}) {
    const double share = clip > 0 ? std::min(1.0, clip / norm) : 1;
    const double expected = (0.1 * share * (x.matmul(weight) + bias) - y).square().mean().item<double>();
    CHECK(loss_with(clip) == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("the mean of the weights is evaluated and shown, and training goes on from the weights themselves") {
  const LineTask::Options whole{.batch = 20, .dropout = 0};  // one step an epoch
  constexpr double decay = 0.6;
  TrainingPlan plan{{1, 2, 3}, "sgd", 0.1};
  const auto weights_of = [&](double average) {
    plan.weight_average = average;
    std::vector<torch::Tensor> weights;
    TrainingEvents events;
    events.trained = [&](std::size_t, Task& task) {
      std::vector<torch::Tensor> all;
      for (const auto& parameter : task.network().parameters()) all.push_back(parameter.detach().flatten());
      weights.push_back(torch::cat(all).clone());
    };
    events.finished = [](std::size_t, const Outcome&, const std::vector<EpochRecord>&) {};
    CHECK(train([&] { return std::make_unique<LineTask>(whole); }, plan, events) == TrainingEnd::finished);
    return weights;
  };
  const auto trained = weights_of(0), averaged = weights_of(decay);
  auto mean = torch::zeros_like(trained[0]);  // as the weights begin
  for (std::size_t k = 0; k < trained.size(); ++k) {
    mean = decay * mean + (1 - decay) * trained[k];
    CHECK(averaged[k].allclose(mean, 1e-6, 1e-7));
  }
}

TEST_CASE("memory that runs out in a step: smaller micro-batches give the step of the full batch") {
  const auto full = run({.batch = 20, .dropout = 0}, {{3}, "sgd", 0.1});
  TrainingPlan plan{{3}, "sgd", 0.1};
  CHECK(run({.batch = 20, .dropout = 0, .most_at_once = 3}, plan).at(0).outcome.status == Status::out_of_memory);
  plan.retry_out_of_memory = true;
  const auto retried = run({.batch = 20, .dropout = 0, .most_at_once = 3}, plan);
  CHECK(retried.at(0).outcome.status == Status::complete);
  for (std::size_t m = 0; m < 2; ++m)
    CHECK(retried[0].outcome.metrics[m].second == Approx(full[0].outcome.metrics[m].second).epsilon(1e-5));
  CHECK(run({.batch = 20, .most_at_once = 0}, plan).at(0).outcome.status == Status::out_of_memory);
}

TEST_CASE("no part of a split batch is smaller than a task allows: memory that runs out then is told as that") {
  const auto full = run({.batch = 20, .dropout = 0}, {{1}, "sgd", 0.1});
  TrainingPlan plan{{1}, "sgd", 0.1};
  plan.retry_out_of_memory = true;
  for (const std::int64_t least : {2, 3, 4, 7}) {
    for (std::int64_t at_once = least; at_once <= 20; ++at_once) {
      const auto split = run({.batch = 20, .micro_batch = at_once, .dropout = 0, .least_micro_batch = least}, plan);
      CHECK(split.at(0).outcome.status == Status::complete);
      CHECK(split.at(0).outcome.metrics.back().second ==
            Approx(full.at(0).outcome.metrics.back().second).epsilon(1e-5));
    }
  }
  // 2 do not fit, and 1 may not be.
  CHECK(run({.batch = 2, .most_at_once = 1, .least_micro_batch = 2}, plan).at(0).outcome.status ==
        Status::out_of_memory);
  // 4 become 2 and 2; 3 cannot be split.
  CHECK(run({.batch = 4, .most_at_once = 3, .least_micro_batch = 2}, plan).at(0).outcome.status == Status::complete);
  CHECK(run({.batch = 3, .most_at_once = 2, .least_micro_batch = 2}, plan).at(0).outcome.status ==
        Status::out_of_memory);
}

TEST_CASE("a scaled loss gives the training that it gives unscaled, with a lag too") {
  for (const int lag : {0, 1}) {
    TrainingPlan plan{{1, 3}, "adam", 0.1};
    plan.gradient_lag = lag;
    const auto plain = run({}, plan);
    plan.scale_loss = true;
    const auto scaled = run({}, plan);
    for (std::size_t m = 0; m < plain.size(); ++m) CHECK(scaled[m].outcome.metrics == plain[m].outcome.metrics);
  }
}

TEST_CASE(
    "a step whose gradients overflow is left out, and the factor of a loss that lags is the one it was made with") {
  for (const int lag : {0, 1}) {
    CAPTURE(lag);
    // One step an epoch. The first factor, 2^16, overflows: in the first step, with a lag in the first that has
    // gradients, and in the one after, whose gradients were made before that was known.
    const LineTask::Options plain{.batch = 20, .dropout = 0}, overflows{.batch = 20, .dropout = 0, .overflows = true};
    TrainingPlan plan{{1, 2, 3, 4, 5}, "sgd", 0.1};
    plan.gradient_lag = lag;
    const auto expected = run(plain, plan);
    plan.scale_loss = true;
    const auto scaled = run(overflows, plan);
    const std::size_t late = lag == 0 ? 1 : 2;
    const auto validation = [](const Ended& ended) { return ended.outcome.metrics.at(1).second; };
    for (std::size_t k = 0; k + late < 5; ++k) {
      CHECK(scaled[k + late].outcome.status == Status::complete);
      CHECK(validation(scaled[k + late]) == validation(expected[k]));
    }
  }
}

TEST_CASE("a trial tells its share of the peak") {
  TrainingPlan plan{{2}, "sgd", 0.1};
  plan.peak = 1e6;
  const Timings t = run({}, plan).at(0).outcome.timings;
  CHECK(t.flops > 0);
  CHECK(t.peak_share == Approx(t.flops / 1e6));
}

TEST_CASE("a checkpoint that cannot be written costs no training") {
  const auto make = [] { return std::make_unique<LineTask>(LineTask::Options{}); };
  const TrainingPlan plan{{2, 4}};
  const auto whole = run({}, plan);
  for (const bool stays : {false, true}) {
    CAPTURE(stays);
    const CheckpointPlan nowhere{"/proc/no/c.pt", Seconds(0), stays};
    std::vector<Ended> ended;
    TrainingEvents events;
    events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
      ended.push_back({milestone, outcome, epochs});
    };
    CHECK(train(make, plan, events, nullptr, nowhere) == TrainingEnd::finished);
    REQUIRE(ended.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(ended[k].outcome.status == Status::complete);
      CHECK(ended[k].outcome.metrics == whole[k].outcome.metrics);
    }
    events.stop = [] { return true; };
    CHECK(train(make, plan, events, nullptr, nowhere) == TrainingEnd::stopped);
  }
}
