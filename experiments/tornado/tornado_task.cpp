#include "experiments/tornado/tornado_task.hpp"

#include <fmt/format.h>
#include <torch/utils.h>
#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "datasets/storms/device_storms.hpp"
#include "datasets/storms/storm_batches.hpp"
#include "experiments/tornado/preaugmented.hpp"
#include "experiments/tornado/tornado_choice.hpp"
#include "experiments/tornado/tornado_notes.hpp"
#include "models/binary_metrics.hpp"
#include "models/tornado_cnn.hpp"
#include "models/tornado_loss.hpp"
#include "search/base/random.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

enum class Augmentation { none, preaugmented, live };

/// Activations of this many samples stay in a core's cache; on a GPU this many fill it.
constexpr std::int64_t micro_batch_cpu = 128, micro_batch_gpu = 8192;
constexpr std::int64_t evaluation_batch = 1024;

Augmentation augmentation_of(const Reader& read) {
  const std::string& word = read.choice("augmentation");
  return word == "none" ? Augmentation::none : word == "live" ? Augmentation::live : Augmentation::preaugmented;
}

/// 0 ... n - 1 in random order (Fisher and Yates).
std::vector<std::uint32_t> shuffled(std::int64_t n, std::uint64_t seed) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0u);
  RandomStream random(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

class TornadoTask : public Task {
 public:
  TornadoTask(const Reader& read, const TaskContext& context);

  torch::nn::Module& network() override { return network_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t forward_flops() const override { return network_.forward_flops(); }
  std::int64_t batches_per_epoch() const override { return (samples_per_epoch() + batch_size_ - 1) / batch_size_; }
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override;
  std::int64_t micro_batch() const override;
  Loss loss(const Batch& batch) override;
  bool recordable() const override { return device_.is_cuda(); }
  std::string model_notes() const override { return tornado_notes(plain_.statistics); }
  std::vector<std::string> training_metrics() const override { return {"train_loss", "train_accuracy"}; }
  Metrics evaluate(Split split) override;

 private:
  std::int64_t samples_per_epoch() const { return train_->size() * copies_; }
  StormSample sample(std::uint32_t number, std::int64_t epoch) const;
  Batch gathered(const Storms& storms, std::span<const StormSample> samples, const StormBatching& batching) const;
  TornadoPath path() const { return fastest_path(network_, torch::empty({0}, device_)); }

  torch::Device device_;
  int background_;
  std::uint64_t seed_;
  std::shared_ptr<Gang> gang_;
  decltype(TaskContext::evaluating) evaluating_;
  Augmentation augmentation_;
  std::int64_t copies_, batch_size_;  ///< batch size over the whole gang, at most an epoch
  double positive_weight_;
  std::shared_ptr<const Storms> train_;  ///< as in the file
  std::shared_ptr<const Storms> shown_;  ///< what batches are gathered from: the preaugmented copies, or train_
  Storms validation_, test_;
  std::map<const Storms*, std::shared_ptr<const DeviceStorms>> there_;  ///< the copies on the GPU
  StormBatching plain_, training_;
  TornadoCnn network_;
};

TornadoTask::TornadoTask(const Reader& read, const TaskContext& context)
    : device_(context.device),
      background_(context.background),
      seed_(replicate_seed(context, read)),
      gang_(context.gang),
      evaluating_(context.evaluating),
      augmentation_(augmentation_of(read)),
      validation_(context.data.at("validation")),
      test_(context.data.at("test")),
      network_(network_options(read), derive_seed(seed_, "weights")) {
  copies_ = read.integer("data_multiplier");
  positive_weight_ = read.real("positive_weight");
  network_.to(device_);

  train_ = std::make_shared<Storms>(context.data.at("train"));
  batch_size_ = std::min(samples_per_epoch(),
                         read.integer("batch_size") * (read.choice("batch") == "global" ? 1 : gang_->shards()));
  plain_.statistics = train_->statistics();
  plain_.label = label_rule(read);
  training_ = plain_;
  const WindRotation winds = read.choice("wind_rotation") == "paper" ? WindRotation::paper : WindRotation::vectors;
  shown_ = train_;
  if (augmentation_ == Augmentation::live) training_.transform = winds;
  if (augmentation_ == Augmentation::preaugmented)
    shown_ = std::make_shared<Storms>(preaugmented(*train_, {copies_, winds, seed_}, context));
  const auto bring = [&](const Storms& storms, const std::string& what) {
    there_[&storms] = storms_on(device_, context.device_sharers, storms, context.fingerprint + ' ' + what);
  };
  bring(*train_, context.data.at("train"));
  bring(validation_, context.data.at("validation"));
  bring(test_, context.data.at("test"));
  if (shown_ != train_)
    bring(*shown_, fmt::format("{} copies, winds {}, seed {}", copies_, read.choice("wind_rotation"), seed_));
}

Batch TornadoTask::gathered(const Storms& storms, std::span<const StormSample> samples,
                            const StormBatching& batching) const {
  const auto& there = there_.at(&storms);
  return there ? there->gather(samples, batching) : gather(storms, samples, batching);
}

/// Number j of an epoch is storm j mod N of copy j / N.
StormSample TornadoTask::sample(std::uint32_t number, std::int64_t epoch) const {
  if (augmentation_ == Augmentation::preaugmented) return {number, 0};
  const std::uint64_t n = static_cast<std::uint64_t>(train_->size()), storm = number % n, copy = number / n;
  if (augmentation_ == Augmentation::none) return {static_cast<std::int64_t>(storm), 0};
  return {static_cast<std::int64_t>(storm),
          derive_seed(seed_, "live augmentation", {storm, copy, static_cast<std::uint64_t>(epoch)})};
}

Prefetch TornadoTask::training_batches(std::int64_t epoch, std::int64_t first) {
  auto order = std::make_shared<const std::vector<std::uint32_t>>(
      shuffled(samples_per_epoch(), derive_seed(seed_, "shuffle", {static_cast<std::uint64_t>(epoch)})));
  const auto make = [this, order, epoch, first](std::int64_t k) {
    const std::int64_t begin = (first + k) * batch_size_, total = std::min(batch_size_, samples_per_epoch() - begin);
    const auto [from, to] = gang_->share(total);
    std::vector<StormSample> samples;
    samples.reserve(static_cast<std::size_t>(to - from));
    for (std::int64_t j = begin + from; j < begin + to; ++j)
      samples.push_back(sample((*order)[static_cast<std::size_t>(j)], epoch));
    Batch batch = gathered(*shown_, samples, training_);
    batch.total = total;
    return batch;
  };
  const std::int64_t bytes = batch_size_ * storm_floats * static_cast<std::int64_t>(sizeof(float));
  return Prefetch(batches_per_epoch() - first, make, background_, batches_ahead(bytes), device_);
}

std::int64_t TornadoTask::micro_batch() const {
  // The kernels go sample by sample anyway.
  if (path() == TornadoPath::kernels) return std::numeric_limits<std::int64_t>::max();
  return device_.is_cpu() ? micro_batch_cpu : micro_batch_gpu;
}

Loss TornadoTask::loss(const Batch& batch) {
  const torch::Tensor target = batch.target.to(device_, /*non_blocking=*/true).flatten();
  const TornadoLoss result =
      tornado_loss(network_, batch.input.to(device_, /*non_blocking=*/true), target, positive_weight_, path());
  const torch::Tensor right = ((result.logits > 0) == (target > 0.5)).sum();
  return {result.loss, torch::stack({result.loss.detach() * target.size(0), right.to(torch::kFloat32)})};
}

Metrics TornadoTask::evaluate(Split split) {
  const torch::NoGradGuard no_gradient;
  const Storms& storms = split == Split::validation ? validation_ : test_;
  torch::Tensor logits = torch::zeros({storms.size()}, device_), targets = torch::zeros_like(logits);
  std::vector<StormSample> samples;
  const auto [begin, end] = gang_->share(storms.size());
  for (std::int64_t first = begin; first < end; first += evaluation_batch) {
    evaluating_(split, first - begin, end - begin);
    samples.resize(static_cast<std::size_t>(std::min(evaluation_batch, end - first)));
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].storm = first + static_cast<std::int64_t>(i);
    const Batch batch = gathered(storms, samples, plain_);
    const std::int64_t last = first + batch.input.size(0);
    logits.slice(0, first, last).copy_(tornado_logits(network_, batch.input.to(device_), path()));
    targets.slice(0, first, last).copy_(batch.target.flatten());
  }
  gang_->sum(logits);  // each rank has zeros where the others have theirs
  gang_->sum(targets);
  const BinaryMetrics m = binary_metrics(logits, targets);
  if (split == Split::validation) {
    return {{"validation_accuracy", m.accuracy},
            {"validation_loss", m.loss},
            {"validation_auc", m.auc},
            {"validation_csi", m.csi}};
  }
  return {{"test_loss", m.loss},
          {"test_accuracy", m.accuracy},
          {"test_pod", m.pod},
          {"test_far", m.far},
          {"test_csi", m.csi},
          {"test_auc", m.auc},
          {"test_brier_skill", m.brier_skill}};
}

}  // namespace

std::unique_ptr<Task> make_tornado_task(const Experiment& experiment, const Configuration& configuration,
                                        const TaskContext& context) {
  return std::make_unique<TornadoTask>(Reader(configuration, experiment), context);
}

}  // namespace stormsweep
