#include "worker/training/training_loop.hpp"

#include <torch/nn/utils/clip_grad.h>
#include <torch/utils.h>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "experiments/task/out_of_memory.hpp"
#include "search/base/awake_time.hpp"
#include "search/base/seed.hpp"
#include "search/base/time.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/own_gradients.hpp"

namespace stormsweep {

namespace {

/// How many losses stay on a device before they are read, which waits for it.
constexpr std::size_t most_unchecked = 64;

/// Adds its lifetime, in seconds without pauses, to a timing.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() { seconds_ += (awake_time() - start_).count(); }

 private:
  double& seconds_;
  Seconds start_ = awake_time();
};

bool all_finite(const torch::nn::Module& network) {
  const auto parameters = network.parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const torch::Tensor& p) { return torch::isfinite(p).all().item<bool>(); });
}

std::int64_t total(const Batch& batch) {
  return batch.total > 0 ? batch.total : batch.input.size(0);
}

/// How many of `left` samples go through the network next: `at_once`, unless that would leave fewer than `least`.
std::int64_t next_part(std::int64_t left, std::int64_t at_once, std::int64_t least) {
  if (left <= at_once) return left;
  const std::int64_t part = std::min(at_once, left - least);
  return part < least ? left : part;
}

}  // namespace

TrainingLoop::TrainingLoop(std::unique_ptr<Task> task, const TrainingPlan& plan, RankGang* gang)
    : task_(std::move(task)),
      plan_(plan),
      gang_(gang),
      optimizer_(make_optimizer(plan.optimizer, plan.learning_rate.base, task_->network().parameters())),
      micro_batch_(task_->micro_batch()) {
  const auto extra = static_cast<std::int64_t>(task_->training_metrics().size());
  if (gang || plan.gradient_lag > 0) {
    gradients_.emplace(task_->network().parameters(), gang,
                       Gradients::Options{extra, plan.gradient_lag, plan.gradient_transfer, !plan.retry_out_of_memory});
  }
  if (plan.scale_loss) loss_scale_.emplace();
  if (plan.weight_average > 0) average_.emplace(task_->network().parameters(), plan.weight_average);
  if (task_->recordable() && !gradients_ && !loss_scale_ && !plan.retry_out_of_memory)
    recorded_.emplace([this](const Batch& batch) { return backward(batch, micro_batch_); });
  sums_ = torch::zeros({extra}, torch::kFloat64);
}

TrainingLoop::~TrainingLoop() = default;

Metrics TrainingLoop::run_epoch(Timings& timings, const std::function<void()>& before_step) try {
  task_->network().train();
  if (average_) average_->hide();
  auto batches = task_->training_batches(epoch_ + 1, step_);
  for (;;) {
    std::optional<Batch> batch;
    {
      const Stopwatch waiting(timings.augment);
      batch = batches.next();
    }
    if (!batch) break;
    before_step();
    const Stopwatch training(timings.train);
    step(*batch);
  }
  {
    const Stopwatch training(timings.train);
    if (gradients_) add_sums(gradients_->collect(/*all=*/true));
    check_losses();
    if (!all_finite(task_->network()))
      throw Diverged("a weight is not finite after epoch " + std::to_string(epoch_ + 1));
  }
  Metrics metrics;
  const double tested = timings.test;
  try {
    const Stopwatch testing(timings.test);
    if (average_) average_->show();
    metrics = evaluate();
  } catch (Stopped& stopped) {
    stopped.in_vain = std::exchange(timings.test, tested) - tested;
    throw;
  }
  ++epoch_;
  step_ = epoch_samples_ = 0;
  sums_.zero_();
  return metrics;
} catch (const Diverged&) {  // in the same step on all ranks; sums not waited for would keep their memory
  if (gradients_) gradients_->collect(/*all=*/true);
  throw;
}

Metrics TrainingLoop::evaluate() {
  Metrics metrics;
  const torch::Tensor sums = sums_.to(torch::kCPU);
  for (const std::string& name : task_->training_metrics())
    metrics.emplace_back(
        name, sums[static_cast<std::int64_t>(metrics.size())].item<double>() / static_cast<double>(epoch_samples_));
  task_->network().eval();
  for (const Split split : {Split::validation, Split::test})
    for (auto& metric : task_->evaluate(split)) metrics.push_back(std::move(metric));
  return metrics;
}

void TrainingLoop::step(const Batch& batch) {
  const double epochs =
      static_cast<double>(epoch_) + static_cast<double>(step_) / static_cast<double>(task_->batches_per_epoch());
  for (auto& group : optimizer_->param_groups()) group.options().set_lr(plan_.learning_rate.at(epochs));
  ++step_;
  task_->begin_step();
  torch::Tensor sums = backward(batch);
  if (gradients_) {
    gradients_->start(sums);
    gradients_->use();
    sums = gradients_->collect(/*all=*/false);
  }
  if (unscale()) {
    if (plan_.gradient_clip > 0) torch::nn::utils::clip_grad_norm_(task_->network().parameters(), plan_.gradient_clip);
    optimizer_->step();
  }
  if (average_) average_->update();
  samples_ += total(batch);
  epoch_samples_ += total(batch);
  add_sums(sums);
}

bool TrainingLoop::unscale() {
  if (!loss_scale_) return true;
  const double made_with = plan_.gradient_lag > 0 ? lagged_factor_ : loss_scale_->factor();
  lagged_factor_ = loss_scale_->factor();
  if (made_with == 0) return true;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : task_->network().parameters())
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  return loss_scale_->unscale(gradients, made_with);
}

torch::Tensor TrainingLoop::backward(const Batch& batch) {
  const std::int64_t n = batch.input.size(0), least = task_->least_micro_batch();
  const auto count = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
  const auto dropout_seed =
      derive_seed(task_->seed(), "dropout", {count(epoch_ + 1), count(step_), count(gang_ ? gang_->shard() : 0)});
  for (;;) {
    torch::manual_seed(dropout_seed);
    try {
      return recorded_ && n <= micro_batch_ ? (*recorded_)(batch) : backward(batch, micro_batch_);
    } catch (const std::exception& error) {
      if (!plan_.retry_out_of_memory || !is_out_of_memory(error) || std::min(n, micro_batch_) <= least) throw;
    }
    micro_batch_ = std::max(least, (std::min(n, micro_batch_) + 1) / 2);
    release_device_memory();
  }
}

torch::Tensor TrainingLoop::backward(const Batch& batch, std::int64_t at_once) {
  const auto parameters = task_->network().parameters();
  // On a GPU a recorded pass writes gradients to the same memory each time.
  const bool anew = !parameters.empty() && parameters[0].is_cpu();
  gradients_ ? gradients_->zero() : task_->network().zero_grad(/*set_to_none=*/anew);
  const std::int64_t n = batch.input.size(0);
  torch::Tensor sums;
  for (std::int64_t first = 0, last = 0; first < n; first = last) {
    last = first + next_part(n - first, at_once, task_->least_micro_batch());
    const Loss loss = task_->loss({batch.input.slice(0, first, last), batch.target.slice(0, first, last)});
    if (gradients_ && last == n) gradients_->last_pass();
    const double share = static_cast<double>(last - first) / static_cast<double>(total(batch));
    const double factor = loss_scale_ ? share * loss_scale_->factor() : share;
    (factor == 1 ? loss.mean : loss.mean * factor).backward();
    if (!gradients_) own_gradients(parameters);
    sums = sums.defined() ? sums + loss.sums : loss.sums;
  }
  return sums.defined() ? sums : torch::zeros_like(sums_, torch::kFloat32);
}

void TrainingLoop::add_sums(const torch::Tensor& sums) {
  sums_ = sums_.to(sums.device()) + sums.to(torch::kFloat64);
  unchecked_.push_back(sums[0]);
  if (sums.is_cpu() || unchecked_.size() == most_unchecked) check_losses();
}

void TrainingLoop::check_losses() {
  if (unchecked_.empty()) return;
  const torch::Tensor losses = torch::stack(unchecked_).to(torch::kCPU, torch::kFloat64);
  unchecked_.clear();
  for (std::int64_t i = 0, n = losses.size(0); i < n; ++i) {
    if (const double loss = losses[i].item<double>(); !std::isfinite(loss))
      throw Diverged("the loss is " + std::to_string(loss) + " in epoch " + std::to_string(epoch_ + 1) + ", step " +
                     std::to_string(step_ - (n - 1 - i)));
  }
}

void TrainingLoop::save(torch::serialize::OutputArchive& archive) {
  if (average_) average_->hide();  // the mean is shown if an epoch has just been evaluated
  if (gradients_) add_sums(gradients_->collect(/*all=*/true));
  torch::serialize::OutputArchive network, optimizer;
  task_->network().save(network);
  optimizer_->save(optimizer);
  archive.write("network", network);
  archive.write("optimizer", optimizer);
  archive.write("counts", torch::tensor({epoch_, samples_, step_, epoch_samples_, micro_batch_}));
  archive.write("sums", sums_);
  if (average_) {
    torch::serialize::OutputArchive average;
    average_->save(average);
    archive.write("average", average);
  }
  const auto pending = gradients_ ? gradients_->pending() : std::vector<torch::Tensor>();
  for (std::size_t i = 0; i < pending.size(); ++i) archive.write("pending" + std::to_string(i), pending[i]);
  if (loss_scale_) {
    archive.write("loss_scale", loss_scale_->state());
    archive.write("lagged_factor", torch::tensor(lagged_factor_, torch::kFloat64));
  }
}

void TrainingLoop::load(torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive network, optimizer;
  archive.read("network", network);
  archive.read("optimizer", optimizer);
  task_->network().load(network);
  optimizer_->load(optimizer);
  torch::Tensor counts;
  archive.read("counts", counts);
  std::int64_t* const targets[] = {&epoch_, &samples_, &step_, &epoch_samples_, &micro_batch_};
  for (std::int64_t i = 0; i < counts.numel(); ++i) *targets[i] = counts[i].item<std::int64_t>();
  archive.read("sums", sums_);
  if (average_) {
    torch::serialize::InputArchive average;
    archive.read("average", average);
    average_->load(average);
  }
  if (step_ == 0 && epoch_ > 0) {  // as it was after the evaluation, when it was saved
    task_->network().eval();
    if (average_) average_->show();
  }
  std::vector<torch::Tensor> pending;
  for (torch::Tensor sum; archive.try_read("pending" + std::to_string(pending.size()), sum);) pending.push_back(sum);
  if (gradients_) gradients_->set_pending(pending);
  if (loss_scale_) {
    torch::Tensor state, factor;
    archive.read("loss_scale", state);
    archive.read("lagged_factor", factor);
    loss_scale_->set_state(state);
    lagged_factor_ = factor.item<double>();
  }
}

}  // namespace stormsweep
