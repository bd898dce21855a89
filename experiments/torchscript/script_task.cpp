#include "experiments/torchscript/script_task.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <optional>

#include "datasets/tensors/tensor_set.hpp"
#include "experiments/task/arithmetic.hpp"
#include "experiments/task/running_statistics.hpp"
#include "experiments/torchscript/known_statistics.hpp"
#include "experiments/torchscript/script_choice.hpp"
#include "experiments/torchscript/script_loss.hpp"
#include "models/sample_scores.hpp"
#include "search/base/random_order.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

constexpr int script_batches_ahead = 2;

class ScriptTask : public Task {
 public:
  ScriptTask(const Experiment& experiment, const Configuration& configuration, const TaskContext& context);

  torch::nn::Module& network() override { return *network_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t forward_flops() const override { return flops_; }
  std::int64_t batches_per_epoch() const override { return (train_.size() + batch_size_ - 1) / batch_size_; }
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override;
  std::int64_t micro_batch() const override { return own_batch_; }
  /// A checkpoint has the leader's buffers alone, and the script may read them in training.
  void begin_step() override { share_buffers(*network_, *context_.gang); }
  Loss loss(const Batch& batch) override;
  std::vector<std::string> training_metrics() const override { return {"train_loss"}; }
  Metrics evaluate(Split split) override;
  void keep(const std::filesystem::path& file, const Experiment&, const Configuration&) override {
    network_->write(file);
  }

 private:
  const TensorSet& held_out(Split split) const {
    return split == Split::validation && validation_ ? *validation_ : test_;
  }

  TaskContext context_;
  const Experiment& experiment_;
  std::uint64_t seed_;
  std::int64_t batch_size_, own_batch_;  ///< over the whole gang, at most an epoch; the most of one rank
  torch::ScalarType arithmetic_;
  TensorSet train_, test_;
  std::optional<TensorSet> validation_;
  std::unique_ptr<ScriptNetwork> network_;
  ScriptLoss loss_;
  OutputScale scale_;
  std::int64_t flops_;
  RunningStatistics running_statistics_;
};

ScriptTask::ScriptTask(const Experiment& experiment, const Configuration& configuration, const TaskContext& context)
    : context_(context),
      experiment_(experiment),
      train_(context.data.at("train")),
      test_(context.data.at("test")),
      loss_(make_script_loss(*experiment.network, context.device)),
      scale_(output_scale(*experiment.network).value_or(OutputScale::amounts)) {
  const Reader read(configuration, experiment);
  seed_ = replicate_seed(context, read);
  batch_size_ = std::min(train_.size(), read.integer("batch_size") * context.gang->shards());
  own_batch_ = (batch_size_ + context.gang->shards() - 1) / context.gang->shards();
  arithmetic_ = arithmetic(read);
  if (const auto file = context.data.find("validation"); file != context.data.end()) validation_.emplace(file->second);
  const TensorStatistics statistics = read.flag("standardise") ? known_statistics(train_, context) : TensorStatistics();
  network_ = choose_network(experiment, configuration, derive_seed(seed_, "weights"), statistics, context.device);
  flops_ = try_network(*network_, experiment, configuration, train_, context.device).flops;
}

Prefetch ScriptTask::training_batches(std::int64_t epoch, std::int64_t first) {
  running_statistics_.change();
  auto order = std::make_shared<const std::vector<std::int64_t>>(random_order(
      0, train_.size(), train_.size(), derive_seed(seed_, "shuffle", {static_cast<std::uint64_t>(epoch)})));
  const auto make = [this, order, first](std::int64_t k) {
    const std::int64_t begin = (first + k) * batch_size_, total = std::min(batch_size_, train_.size() - begin);
    const auto [from, to] = context_.gang->share(total);
    Batch batch = train_.gather({order->begin() + begin + from, order->begin() + begin + to});
    batch.total = total;
    return batch;
  };
  return Prefetch(batches_per_epoch() - first, make, context_.background, script_batches_ahead, context_.device);
}

Loss ScriptTask::loss(const Batch& batch) {
  const torch::Tensor target = batch.target.to(context_.device, /*non_blocking=*/true);
  const torch::Tensor output = network_->forward(batch.input.to(context_.device, /*non_blocking=*/true), arithmetic_);
  const torch::Tensor losses = loss_(output, target);
  return {losses.mean(), losses.detach().sum().reshape({1})};
}

Metrics ScriptTask::evaluate(Split split) {
  const torch::NoGradGuard no_gradient;
  running_statistics_.share(*network_, *context_.gang);
  const std::string name = name_of(split);
  const std::vector<std::string> wanted = scores_of(experiment_, name);
  const ScriptedNetwork& script = *experiment_.network;
  const TensorSet& set = held_out(split);
  SplitScores scores(wanted, script.thresholds, scale_, set.target(), context_.device);
  std::vector<std::int64_t> own;
  const auto [begin, end] = context_.gang->share(set.size());
  for (std::int64_t sample = begin; sample < end; ++sample) own.push_back(sample);
  const auto make = [&](std::int64_t k) {
    const auto first = own.begin() + k * own_batch_;
    return set.gather({first, first + std::min(own_batch_, own.end() - first)});
  };
  const std::int64_t count = (std::ssize(own) + own_batch_ - 1) / own_batch_;
  Prefetch batches(count, make, context_.background, script_batches_ahead, context_.device);
  for (std::int64_t k = 0; k < count; ++k) {
    context_.evaluating(split, k * own_batch_, std::ssize(own));
    const Batch batch = batches.next().value();
    const torch::Tensor target = batch.target.to(context_.device);
    const torch::Tensor output = network_->forward(batch.input.to(context_.device), arithmetic_);
    scores.add(own[static_cast<std::size_t>(k * own_batch_)], output, target, loss_(output, target));
  }
  scores.gather([&](torch::Tensor& values) { context_.gang->sum(values); });
  Metrics metrics;
  for (const std::string& score : wanted) metrics.emplace_back(name + '_' + score, scores.value(score));
  for (const Profile& profile : experiment_.profiles)
    for (const Metric& metric : profile.metrics)
      for (std::size_t t = 0; metric.name == name + "_csi" && t < profile.at.size(); ++t)
        metrics.emplace_back(profile_metric(metric.name, profile.at[t]), scores.csi(t));
  return metrics;
}

}  // namespace

std::unique_ptr<Task> make_script_task(const Experiment& experiment, const Configuration& configuration,
                                       const TaskContext& context) {
  return std::make_unique<ScriptTask>(experiment, configuration, context);
}

}  // namespace stormsweep
