#include "experiments/nowcast/nowcast_task.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_batches.hpp"
#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "experiments/nowcast/cached_extrapolations.hpp"
#include "experiments/nowcast/extrapolation_scores.hpp"
#include "experiments/nowcast/nowcast_evaluation.hpp"
#include "experiments/nowcast/nowcast_model.hpp"
#include "experiments/nowcast/nowcast_notes.hpp"
#include "experiments/task/arithmetic.hpp"
#include "experiments/task/epoch_shares.hpp"
#include "models/nowcast_loss.hpp"
#include "models/nowcast_network.hpp"
#include "search/base/random.hpp"
#include "search/base/random_order.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

/// Four was the fastest of 1 to 32 on a core, for 8 as for 64 base filters; a GPU has room for more.
constexpr std::int64_t micro_batch_cpu = 4, micro_batch_gpu = 64;
// The network and its loss look at what samples are made of and complete in.
static_assert(NowcastNetwork::past == nowcast_inputs && NowcastNetwork::outputs == nowcast_targets &&
              NowcastNetwork::carried == nowcast_carried);
static_assert(nowcast_loss_sides.back() == nowcast_centre);
constexpr std::int64_t symmetries = 8;  // of the square: rain has no preferred direction

struct SplitData {
  std::filesystem::path file;
  NowcastPatches patches;
  std::optional<Extrapolations> extrapolations;  ///< where the network takes them

  const Extrapolations* shown() const { return extrapolations ? &*extrapolations : nullptr; }
};

std::map<std::string, SplitData> open_data(const TaskContext& context, bool extrapolated) {
  std::map<std::string, SplitData> splits;
  for (const auto& [name, path] : context.data) {
    SplitData& split = splits.emplace(name, SplitData{path, NowcastPatches(path), std::nullopt}).first->second;
    if (extrapolated) split.extrapolations = cached_extrapolations(split.patches, name, context);
  }
  return splits;
}

class NowcastTask : public Task {
 public:
  NowcastTask(const Reader& read, const TaskContext& context);

  torch::nn::Module& network() override { return *network_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t forward_flops() const override { return network_->forward_flops(train_.side(), train_.side()); }
  std::int64_t batches_per_epoch() const override { return shares_.batches(); }
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override;
  std::int64_t micro_batch() const override { return device_.is_cpu() ? micro_batch_cpu : micro_batch_gpu; }
  Loss loss(const Batch& batch) override;
  bool recordable() const override { return device_.is_cuda(); }
  std::vector<std::string> training_metrics() const override { return {"train_loss"}; }
  Metrics evaluate(Split split) override;
  std::string model_notes() const override { return nowcast_notes(train_.meta()); }

 private:
  NowcastSample sample(std::int64_t number, std::int64_t epoch) const;
  /// Those of a split's `n` patches that this rank evaluates.
  std::vector<std::int64_t> own_patches(Split split, std::int64_t n) const;

  torch::Device device_;
  int background_, threads_;
  std::uint64_t seed_;
  std::string fingerprint_;
  std::shared_ptr<Gang> gang_;
  decltype(TaskContext::evaluating) evaluating_;
  bool augmented_;
  double validation_share_;
  std::map<std::string, SplitData> data_;  ///< "train" and "test", and "validation" where it has a file of its own
  const NowcastPatches& train_;
  EpochShares shares_;  ///< of the patches of train_
  PixelStatistics statistics_;
  std::unique_ptr<NowcastNetwork> network_;
  RainWeights weights_;                                 ///< of the loss
  std::map<Split, ExtrapolationScores> extrapolation_;  ///< the same for any network; of splits that have a file
  DecisionLevels levels_;                               ///< from the last evaluation of the validation split
};

NowcastTask::NowcastTask(const Reader& read, const TaskContext& context)
    : device_(context.device),
      background_(context.background),
      threads_(context.threads),
      seed_(replicate_seed(context, read)),
      fingerprint_(context.fingerprint),
      gang_(context.gang),
      evaluating_(context.evaluating),
      augmented_(read.choice("augmentation") == "live"),
      validation_share_(read.real("validation_share")),
      data_(open_data(context, read.choice("extrapolation") != "none")),
      train_(data_.at("train").patches),
      shares_(*gang_, train_.size(), read.integer("data_multiplier"), read.integer("batch_size")),
      statistics_(train_.meta().statistics),
      network_(nowcast_network(read, train_.meta(), arithmetic(read), derive_seed(seed_, "weights"))) {
  if (read.choice("loss") == "balanced")
    weights_ = balanced_rain(statistics_.mean, statistics_.deviation, train_.meta().scale);
  network_->to(device_);
}

/// Number j of a rank's epoch is patch j mod n of its n, in copy j / n.
NowcastSample NowcastTask::sample(std::int64_t number, std::int64_t epoch) const {
  const auto [first, last] = gang_->share(train_.size());
  const std::int64_t patch = first + number % (last - first), copy = number / (last - first);
  if (!augmented_) return {patch, 0};
  const auto count = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  RandomStream random(derive_seed(seed_, "live augmentation", {count(patch), count(copy), count(epoch)}));
  return {patch, static_cast<int>(random.below(symmetries))};
}

Prefetch NowcastTask::training_batches(std::int64_t epoch, std::int64_t first) {
  const std::int64_t own = shares_.samples();
  auto order = std::make_shared<const std::vector<std::int64_t>>(random_order(
      0, own, own,
      derive_seed(seed_, "shuffle", {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(gang_->shard())})));
  const auto make = [this, order, epoch, first](std::int64_t k) {
    const auto [from, to] = shares_.batch(first + k);
    std::vector<NowcastSample> samples;
    for (std::int64_t j = from; j < to; ++j) samples.push_back(sample((*order)[static_cast<std::size_t>(j)], epoch));
    Batch batch = gather(train_, samples, statistics_, data_.at("train").shown());
    batch.total = shares_.total(first + k);
    return batch;
  };
  const std::int64_t bytes = shares_.batch_size() * (network_->channels() + nowcast_targets) * train_.side() *
                             train_.side() * static_cast<std::int64_t>(sizeof(float));
  return Prefetch(batches_per_epoch() - first, make, background_, batches_ahead(bytes), device_);
}

Loss NowcastTask::loss(const Batch& batch) {
  const torch::Tensor target = batch.target.to(device_, /*non_blocking=*/true);
  const torch::Tensor input = batch.input.to(device_, /*non_blocking=*/true);
  const torch::Tensor mean = nowcast_loss(network_->forward(input, NowcastExtent::inner), target, weights_);
  return loss_of(mean, target.size(0));
}

std::vector<std::int64_t> NowcastTask::own_patches(Split split, std::int64_t n) const {
  if (split == Split::validation) {
    const auto count = std::max<std::int64_t>(1, std::llround(validation_share_ * static_cast<double>(n)));
    return random_order(0, n, count, derive_seed(seed_, "validation", {static_cast<std::uint64_t>(gang_->shard())}));
  }
  const auto [first, last] = gang_->share(n);
  std::vector<std::int64_t> own(static_cast<std::size_t>(last - first));
  std::iota(own.begin(), own.end(), first);
  return own;
}

Metrics NowcastTask::evaluate(Split split) {
  const std::string name = name_of(split);
  const bool has_file = data_.contains(name);
  const SplitData& data = data_.at(has_file ? name : "test");
  const NowcastPatches& patches = data.patches;
  const std::vector<std::int64_t> own = own_patches(split, patches.size());
  const ScoredPatches which{data.file, fingerprint_, own};
  // Levels judged on the test split must not be chosen on draws from it.
  const bool compares = has_file && !extrapolation_.contains(split);
  std::optional<ExtrapolationScores> extrapolation = compares ? kept_scores(which) : std::nullopt;
  const bool to_score = compares && !extrapolation;  // which takes as long as the network, or longer
  const std::int64_t all = std::ssize(own) * (to_score ? 2 : 1);
  NowcastEvaluation evaluation(*network_, patches, data.shown(), own, statistics_, weights_, background_, device_,
                               *gang_, [&](std::int64_t done) { evaluating_(split, done, all); });
  if (to_score) {
    extrapolation = score_extrapolation(patches, own, threads_,
                                        [&](std::int64_t begun) { evaluating_(split, std::ssize(own) + begun, all); });
    keep_scores(which, *extrapolation);
  }
  if (compares) extrapolation_.emplace(split, *extrapolation).first->second.sum_over(*gang_);
  if (split == Split::validation) {
    if (has_file) levels_ = evaluation.levels(extrapolation_.at(split));
    return evaluation.summary(name);
  }
  evaluation.compare_with(extrapolation_.at(split), levels_);
  Metrics metrics = evaluation.summary(name);
  for (auto& metric : evaluation.by_lead_time()) metrics.push_back(std::move(metric));
  for (auto& metric : evaluation.by_rain_class()) metrics.push_back(std::move(metric));
  return metrics;
}

}  // namespace

std::unique_ptr<Task> make_nowcast_task(const Experiment& experiment, const Configuration& configuration,
                                        const TaskContext& context) {
  return std::make_unique<NowcastTask>(Reader(configuration, experiment), context);
}

}  // namespace stormsweep
