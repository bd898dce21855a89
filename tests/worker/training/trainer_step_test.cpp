// The steps of `train`: gradients, rates, random draws, exhausted memory, scaled losses.
#include "worker/training/trainer.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "search/base/seed.hpp"
#include "tests/worker/training/line_task.hpp"
#include "worker/training/weight_average.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

TEST_CASE("one step of SGD is what a hand computes, whatever the size of the micro-batches") {
  // At zero weights the gradient of the mean square is -2 mean(y x), -2 mean(y).
  const auto x = LineTask::inputs(), y = x.sum(1) + 1;
  const auto weight = 0.1 * 2 * (y.unsqueeze(1) * x).mean(0), bias = 0.1 * 2 * y.mean();
  const double expected = (x.matmul(weight) + bias - y).square().mean().item<double>();
  for (const std::int64_t micro_batch : {1000, 20, 7, 1}) {
    const auto ended = run({.batch = 1000, .micro_batch = micro_batch, .dropout = 0}, {{1}, "sgd", 0.1});
    CHECK(ended.at(0).outcome.metrics.back().second == Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("steps of SGD with a rate that falls within an epoch, by hand") {
  const auto x = LineTask::inputs(), y = x.sum(1) + 1;
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

TEST_CASE("with a lag of one the first step changes nothing, and each later one is that of the step before") {
  const LineTask::Options whole{.batch = 20, .dropout = 0};  // one step an epoch
  TrainingPlan lagging{{1, 2, 3}, "sgd", 0.1};
  lagging.gradient_lag = 1;
  const auto late = run(whole, lagging), soon = run(whole, {{1, 2}, "sgd", 0.1});
  const auto x = LineTask::inputs(), y = x.sum(1) + 1;
  const auto validation = [](const EndedTrial& ended) { return ended.outcome.metrics.at(1).second; };
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
  const auto x = LineTask::inputs(), y = x.sum(1) + 1;
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
  TrainingPlan plan{{1, 2, 3, 4}, "sgd", 0.1};
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
  const auto trained = weights_of(0), averaged = weights_of(0.3), slow = weights_of(0.999);
  // (1 + t) / (10 + t) for steps 1 to 4, and the same limited by 0.3.
  const std::vector<double> first{2.0 / 11, 3.0 / 12, 4.0 / 13, 5.0 / 14}, shortened{2.0 / 11, 3.0 / 12, 0.3, 0.3};
  auto mean = torch::zeros_like(trained[0]), slow_mean = mean;  // both begin as the weights do
  for (std::size_t k = 0; k < trained.size(); ++k) {
    mean = shortened[k] * mean + (1 - shortened[k]) * trained[k];
    slow_mean = first[k] * slow_mean + (1 - first[k]) * trained[k];
    CHECK(averaged[k].allclose(mean, 1e-6, 1e-7));
    CHECK(slow[k].allclose(slow_mean, 1e-6, 1e-7));
  }
}

TEST_CASE("the mean of a few weights lies among them, not where they began") {
  std::vector<torch::Tensor> weight{torch::zeros({1})};
  WeightAverage average(weight, 0.999);
  for (int step = 1; step <= 20; ++step) {
    weight[0].fill_(step <= 4 ? 0.25 * step : 1);
    average.update();
  }
  average.show();
  CHECK(weight[0].item<float>() > 0.9);
  CHECK(weight[0].item<float>() <= 1);
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

TEST_CASE("no part of a split batch is smaller than a task allows: memory that runs out then is reported as that") {
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
  // 2 do not fit, and 1 is not allowed.
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
    // One step per epoch. The first factor, 2^16, overflows in the first step. With a lag it overflows in the first
    // step that has gradients, and in the next one, whose gradients were computed before that was known.
    const LineTask::Options plain{.batch = 20, .dropout = 0}, overflows{.batch = 20, .dropout = 0, .overflows = true};
    TrainingPlan plan{{1, 2, 3, 4, 5}, "sgd", 0.1};
    plan.gradient_lag = lag;
    const auto expected = run(plain, plan);
    plan.scale_loss = true;
    const auto scaled = run(overflows, plan);
    const std::size_t late = lag == 0 ? 1 : 2;
    const auto validation = [](const EndedTrial& ended) { return ended.outcome.metrics.at(1).second; };
    for (std::size_t k = 0; k + late < 5; ++k) {
      CHECK(scaled[k + late].outcome.status == Status::complete);
      CHECK(validation(scaled[k + late]) == validation(expected[k]));
    }
  }
}
