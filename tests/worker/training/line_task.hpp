#pragma once

#include <doctest/doctest.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker/training/trainer.hpp"

namespace stormsweep::test {

/// Linear regression with dropout on the inputs: small enough to compute by hand, random enough to reveal leaking
/// state.
class LineTask : public Task {
 public:
  struct Options {
    std::int64_t batch = 8, micro_batch = 1000;
    double dropout = 0.25;
    std::function<void(std::int64_t epoch)> on_epoch = [](std::int64_t) {};
    std::int64_t most_at_once = 1000;    ///< beyond this, memory runs out
    std::int64_t least_micro_batch = 1;  ///< below this, it throws
    bool skips = false;                  ///< a second layer takes part in a random half of the steps
    bool overflows = false;              ///< gradients overflow where the loss is multiplied by more than 2^15
    std::function<void()> on_loss = [] {}, on_evaluation = [] {};
  };
  explicit LineTask(Options options) : options_(std::move(options)) {}

  static torch::Tensor inputs() { return torch::arange(60, torch::kFloat32).mul(0.7).sin().view({20, 3}); }

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
    options_.on_evaluation();
    const torch::NoGradGuard no_grad;
    const double loss = (made(x_, options_.skips) - y_).square().mean().item<double>();
    return {{split == Split::test ? "test_loss" : "validation_loss", loss}};
  }

 private:
  struct Line : torch::nn::Module {
    torch::nn::Linear all{3, 1}, at_times{3, 1};
    Line() {
      register_module("all", all);
      register_module("at_times", at_times);
      const torch::NoGradGuard no_grad;
      for (auto& parameter : parameters()) parameter.zero_();
    }
  };

  torch::Tensor rows(const torch::Tensor& all, std::int64_t k) const {
    return all.slice(0, k * options_.batch, std::min<std::int64_t>(20, (k + 1) * options_.batch));
  }
  torch::Tensor made(const torch::Tensor& input, bool both) {
    const auto result = line_->all(input);
    return (both ? result + line_->at_times(input) : result).squeeze(1);
  }

  Options options_;
  std::shared_ptr<Line> line_ = std::make_shared<Line>();
  torch::Tensor x_ = inputs(), y_ = x_.sum(1) + 1;
};

inline std::unique_ptr<Task> make_line() {
  return std::make_unique<LineTask>(LineTask::Options{});
}

struct EndedTrial {
  std::size_t milestone;
  Outcome outcome;
  std::vector<EpochRecord> epochs;
};

/// Events that append ended trials to `ended`.
inline TrainingEvents recorded(std::vector<EndedTrial>& ended) {
  TrainingEvents events;
  events.finished = [&](std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs) {
    ended.push_back({milestone, outcome, epochs});
  };
  return events;
}

inline std::vector<EndedTrial> run(const LineTask::Options& options, const TrainingPlan& plan) {
  std::vector<EndedTrial> ended;
  CHECK(train([&] { return std::make_unique<LineTask>(options); }, plan, recorded(ended)) == TrainingEnd::finished);
  return ended;
}

/// Events that compare each network with the metrics that are reported right after.
inline TrainingEvents compared(std::vector<std::size_t>& milestones) {
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

}  // namespace stormsweep::test
