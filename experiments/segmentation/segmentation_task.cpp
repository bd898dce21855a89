#include "experiments/segmentation/segmentation_task.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "datasets/weather/weather_batches.hpp"
#include "experiments/segmentation/known_split.hpp"
#include "experiments/segmentation/segmentation_choice.hpp"
#include "experiments/segmentation/segmentation_evaluation.hpp"
#include "experiments/segmentation/segmentation_notes.hpp"
#include "experiments/segmentation/segmentation_samples.hpp"
#include "experiments/task/running_statistics.hpp"
#include "models/segmentation_loss.hpp"
#include "search/base/error.hpp"
#include "search/base/random_order.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

constexpr int files_at_once = 4;  // ahead of the network (Kurth et al. 2018, section V-A2)
/// Pixels that go through the network at once, one sample at least. On a core small maps are faster together: four of
/// 96 x 144 took 0.8 of their time one by one; more gained little.
constexpr std::int64_t pixels_at_once_cpu = 65536, pixels_at_once_gpu = std::int64_t{8} * 768 * 1152;
constexpr std::array<float, 3> published_frequencies{0.982f, 0.00071f, 0.017f};  // Kurth et al. 2018

class SegmentationTask : public Task {
 public:
  SegmentationTask(const Reader& read, const TaskContext& context);

  torch::nn::Module& network() override { return *network_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t forward_flops() const override;
  std::int64_t batches_per_epoch() const override;
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override;
  std::int64_t micro_batch() const override;
  std::int64_t least_micro_batch() const override { return batch_norm_ ? 2 : 1; }
  Loss loss(const Batch& batch) override;
  bool recordable() const override { return context_.device.is_cuda(); }
  std::vector<std::string> training_metrics() const override { return {"train_loss"}; }
  Metrics evaluate(Split split) override;
  std::string model_notes() const override { return segmentation_notes(range_); }

 private:
  void check() const;
  /// `first`: the number of the set's first file among those of all splits (segmentation_stage.cpp).
  SampleShares usable(const WeatherSet& set, std::int64_t first) const;
  /// Threads that read samples ahead of the network.
  int readers() const { return context_.background > 0 ? files_at_once : 0; }
  torch::Tensor weights(const std::string& rule) const;
  /// A rank's training samples in an epoch.
  std::int64_t samples_of(int shard) const;
  /// Those in batch k.
  std::int64_t samples_of(int shard, std::int64_t k) const;

  TaskContext context_;
  std::uint64_t seed_;
  int labeling_;
  std::int64_t batch_size_, drawn_;  ///< of a rank; drawn_: 0 divides the files
  WeatherSet train_, validation_, test_;
  ChannelRange range_;
  SampleShares shares_;
  torch::Tensor weights_;
  bool batch_norm_;
  RunningStatistics running_statistics_;
  std::shared_ptr<SegmentationNetwork> network_;
};

SegmentationTask::SegmentationTask(const Reader& read, const TaskContext& context)
    : context_(context),
      seed_(replicate_seed(context, read)),
      labeling_(static_cast<int>(read.integer("labeling"))),
      batch_size_(read.integer("batch_size")),
      drawn_(read.integer("samples")),
      train_(known_split(context, "train")),
      validation_(known_split(context, "validation")),
      test_(known_split(context, "test")),
      range_{train_.index().minimum, train_.index().maximum},
      shares_(usable(train_, 0)),
      batch_norm_(uses_batch_norm(read)),
      network_(make_network(read, derive_seed(seed_, "weights"))) {
  check();
  if (!context_.staged.empty()) {
    train_.use_copies(context_.staged / "train");
    validation_.use_copies(context_.staged / "validation");
    test_.use_copies(context_.staged / "test");
  }
  network_->to(context_.device);
  weights_ = weights(read.choice("class_weights")).to(context_.device);
}

void SegmentationTask::check() const {
  if (batch_norm_ && batch_size_ < 2)
    throw InputError(
        "batch_size is 1, and batch norm needs two samples on a rank to learn from; raise it, or set "
        "batch_norm off");
  if (batches_per_epoch() == 0)
    throw InputError(context_.data.at("train").string() + ": " + std::to_string(train_.size()) +
                     " samples are too few for a batch of " + std::to_string(batch_size_) +
                     " on each rank; give more, a smaller batch_size, or fewer gpus");
}

SampleShares SegmentationTask::usable(const WeatherSet& set, std::int64_t first) const {
  SampleShares shares{set.size(), context_.gang->shards(), {}};
  for (const std::int64_t file : context_.unusable)
    if (file >= first && file < first + set.size()) shares.unusable.insert(file - first);
  return shares;
}

torch::Tensor SegmentationTask::weights(const std::string& rule) const {
  std::array<std::int64_t, 3> pixels = train_.index().pixels.at(static_cast<std::size_t>(labeling_));
  if (rule == "published")
    for (std::size_t c = 0; c < 3; ++c) pixels[c] = std::llround(published_frequencies[c] * 1e6);
  const std::array<float, 3> weight = class_weights(rule == "none"      ? ClassWeights::none
                                                    : rule == "inverse" ? ClassWeights::inverse
                                                                        : ClassWeights::inverse_sqrt,
                                                    pixels);
  return torch::tensor({weight[0], weight[1], weight[2]});
}

std::int64_t SegmentationTask::forward_flops() const {
  std::int64_t flops = 0;
  for (const LayerFlops& layer : network_->forward_flops(train_.index().height, train_.index().width))
    flops += layer.forward;
  return flops;
}

std::int64_t SegmentationTask::samples_of(int shard) const {
  const std::int64_t files = shares_.usable();
  if (drawn_ > 0) return std::min(drawn_, files);
  const auto [first, last] = context_.gang->share(files, shard);
  return last - first;
}

/// With batch norm a rank skips a batch of one sample, from which it could not learn.
std::int64_t SegmentationTask::samples_of(int shard, std::int64_t k) const {
  const std::int64_t samples = std::clamp<std::int64_t>(samples_of(shard) - k * batch_size_, 0, batch_size_);
  return batch_norm_ && samples == 1 ? 0 : samples;
}

std::int64_t SegmentationTask::batches_per_epoch() const {
  std::int64_t most = 0;
  for (int shard = 0; shard < shares_.shards; ++shard) {
    const std::int64_t samples = samples_of(shard) - (batch_norm_ && samples_of(shard) % batch_size_ == 1 ? 1 : 0);
    most = std::max(most, (samples + batch_size_ - 1) / batch_size_);
  }
  return most;
}

Prefetch SegmentationTask::training_batches(std::int64_t epoch, std::int64_t first) {
  running_statistics_.change();
  const int shard = context_.gang->shard();
  auto samples = std::make_shared<std::vector<std::int64_t>>(shares_.training(shard, drawn_, context_.seed));
  const auto own = static_cast<std::int64_t>(samples->size());
  const auto order = random_order(
      0, own, own,
      derive_seed(seed_, "shuffle", {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(shard)}));
  std::vector<std::int64_t> shuffled;
  for (const std::int64_t place : order) shuffled.push_back((*samples)[static_cast<std::size_t>(place)]);
  *samples = std::move(shuffled);
  const auto make = [this, samples, shard, first](std::int64_t k) {
    const auto begin = samples->begin() + std::min<std::int64_t>(std::ssize(*samples), (first + k) * batch_size_);
    Batch batch = gather(train_, {begin, begin + samples_of(shard, first + k)}, range_, labeling_);
    for (int s = 0; s < shares_.shards; ++s) batch.total += samples_of(s, first + k);
    return batch;
  };
  return Prefetch(batches_per_epoch() - first, make, readers(), files_at_once, context_.device);
}

/// Batch norm looks at all samples of a micro-batch together, so a batch must be a single micro-batch.
std::int64_t SegmentationTask::micro_batch() const {
  if (batch_norm_) return batch_size_;
  const std::int64_t pixels = context_.device.is_cpu() ? pixels_at_once_cpu : pixels_at_once_gpu;
  return std::max<std::int64_t>(1, pixels / (train_.index().height * train_.index().width));
}

Loss SegmentationTask::loss(const Batch& batch) {
  const torch::Tensor target = batch.target.to(context_.device, /*non_blocking=*/true);
  const torch::Tensor logits = network_->forward(batch.input.to(context_.device, /*non_blocking=*/true));
  const torch::Tensor mean = segmentation_loss(logits, target, weights_);
  return loss_of(mean, target.size(0));
}

Metrics SegmentationTask::evaluate(Split split) {
  if (batch_norm_) running_statistics_.share(*network_, *context_.gang);
  const bool tests = split == Split::test;
  const WeatherSet& set = tests ? test_ : validation_;
  const std::int64_t first = train_.size() + (tests ? validation_.size() : 0);
  const auto own = usable(set, first).divided(context_.gang->shard());
  const SegmentationEvaluation evaluation(
      *network_, set, own, range_, labeling_, weights_, readers(), context_.device, *context_.gang,
      [&](std::int64_t done) { context_.evaluating(split, done, std::ssize(own)); });
  Metrics metrics = evaluation.summary(name_of(split));
  for (auto& metric : evaluation.by_class(name_of(split), tests)) metrics.push_back(std::move(metric));
  if (!tests) return metrics;
  for (std::size_t c = 0; c < class_names.size(); ++c)
    metrics.emplace_back(profile_metric("class_weight", std::string(class_names[c])),
                         weights_[static_cast<std::int64_t>(c)].item<double>());
  for (const LayerFlops& layer : network_->forward_flops(train_.index().height, train_.index().width))
    metrics.emplace_back(profile_metric("training_flops", layer.kind), 3.0 * static_cast<double>(layer.forward));
  return metrics;
}

}  // namespace

std::unique_ptr<Task> make_segmentation_task(const Experiment& experiment, const Configuration& configuration,
                                             const TaskContext& context) {
  return std::make_unique<SegmentationTask>(Reader(configuration, experiment), context);
}

}  // namespace stormsweep
