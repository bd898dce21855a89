#include "worker/training_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include "search/seed.hpp"
#include "worker/optimizer.hpp"

namespace stormsweep {

namespace {

/// Adds the seconds of its life to a timing.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point start_ = Clock::now();
};

/// Notices a loss that is not finite: at once on a CPU; elsewhere only now and then, because reading a loss waits for
/// the device.
class LossWatch {
 public:
  explicit LossWatch(std::int64_t epoch) : epoch_(epoch) {}

  void add(torch::Tensor loss) {
    const bool at_once = loss.is_cpu();
    pending_.push_back(std::move(loss));
    if (at_once || pending_.size() == 64) check();
  }

  void check() {
    if (pending_.empty()) return;
    const auto losses = torch::stack(pending_).to(torch::kCPU, torch::kFloat32);
    for (std::int64_t i = 0; i < losses.numel(); ++i)
      if (const float loss = losses.data_ptr<float>()[i]; !std::isfinite(loss))
        throw Diverged("the loss is " + std::to_string(loss) + " in epoch " + std::to_string(epoch_) + ", step " +
                       std::to_string(checked_ + i + 1));
    checked_ += losses.numel();
    pending_.clear();
  }

 private:
  std::int64_t epoch_, checked_ = 0;
  std::vector<torch::Tensor> pending_;
};

bool all_finite(const torch::nn::Module& network) {
  const auto parameters = network.parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const torch::Tensor& p) { return torch::isfinite(p).all().item<bool>(); });
}

}  // namespace

TrainingLoop::TrainingLoop(std::unique_ptr<Task> task, const TrainingPlan& plan)
    : task_(std::move(task)),
      optimizer_(make_optimizer(plan.optimizer, plan.learning_rate, task_->network().parameters())) {}

Metrics TrainingLoop::run_epoch(Timings& timings, const std::function<bool()>& stop) {
  ++epoch_;
  task_->network().train();
  LossWatch watch(epoch_);
  auto batches = task_->training_batches(epoch_);
  for (std::int64_t number = 1;; ++number) {
    std::optional<Batch> batch;
    {
      const Stopwatch waiting(timings.augment);
      batch = batches.next();
    }
    if (!batch) break;
    if (stop()) throw Stopped{};
    const Stopwatch training(timings.train);
    watch.add(step(*batch, number));
  }
  {
    const Stopwatch training(timings.train);
    watch.check();
    if (!all_finite(task_->network())) throw Diverged("a weight is not finite after epoch " + std::to_string(epoch_));
  }

  const Stopwatch testing(timings.test);
  task_->network().eval();
  Metrics metrics = task_->training_metrics();
  for (const Split split : {Split::validation, Split::test})
    for (auto& metric : task_->evaluate(split)) metrics.push_back(std::move(metric));
  return metrics;
}

torch::Tensor TrainingLoop::step(const Batch& batch, std::int64_t number) {
  torch::manual_seed(
      derive_seed(task_->seed(), "dropout", {static_cast<std::uint64_t>(epoch_), static_cast<std::uint64_t>(number)}));
  const std::int64_t n = batch.input.size(0), at_once = task_->micro_batch();
  optimizer_->zero_grad();
  torch::Tensor sum;
  for (std::int64_t first = 0; first < n; first += at_once) {
    const std::int64_t last = std::min(n, first + at_once);
    auto loss = task_->loss({batch.input.slice(0, first, last), batch.target.slice(0, first, last)});
    if (n > at_once) loss = loss * (static_cast<double>(last - first) / static_cast<double>(n));
    loss.backward();
    sum = sum.defined() ? sum + loss.detach() : loss.detach();
  }
  optimizer_->step();
  samples_ += n;
  return sum;
}

}  // namespace stormsweep
