#include "experiments/emulator/emulator_task.hpp"

#include <torch/utils.h>

#include <optional>
#include <vector>

#include "datasets/climate/climate_batches.hpp"
#include "experiments/emulator/emulator_evaluation.hpp"
#include "experiments/emulator/emulator_notes.hpp"
#include "experiments/emulator/pattern_start.hpp"
#include "experiments/task/epoch_shares.hpp"
#include "experiments/task/running_statistics.hpp"
#include "search/base/random_order.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

constexpr int emulator_batches_ahead = 2;

class EmulatorTask : public Task {
 public:
  EmulatorTask(const Reader& read, const TaskContext& context);

  torch::nn::Module& network() override { return network_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t forward_flops() const override { return network_.forward_flops(); }
  std::int64_t batches_per_epoch() const override { return shares_.batches(); }
  Prefetch training_batches(std::int64_t epoch, std::int64_t first) override;
  std::int64_t micro_batch() const override { return shares_.batch_size(); }
  Loss loss(const Batch& batch) override;
  bool recordable() const override { return context_.device.is_cuda(); }
  std::vector<std::string> training_metrics() const override { return {"train_loss"}; }
  Metrics evaluate(Split split) override;
  std::string model_notes() const override { return emulator_notes(train_.layout(), choice_.targets, baselines_); }

 private:
  const EmulatorEvaluation& evaluation_on(Split split);
  const ClimateSet& held_out(Split split) const {
    return split == Split::validation && validation_ ? *validation_ : test_;
  }

  TaskContext context_;
  std::uint64_t seed_;
  ClimateSet train_, test_;
  std::optional<ClimateSet> validation_;
  EmulatorChoice choice_;
  std::vector<std::int64_t> targets_;  ///< places of the network's among those of the data
  torch::Tensor chosen_;               ///< the same on the device
  std::vector<ClimateWindow> windows_;
  EpochShares shares_;  ///< of the windows
  PatternScaling baselines_;
  std::optional<PatternStart> start_;  ///< of a residual
  EmulatorNetwork network_;
  EmulatorLoss loss_;
  std::optional<EmulatorEvaluation> on_validation_, on_test_;
  RunningStatistics running_statistics_;
};

EmulatorTask::EmulatorTask(const Reader& read, const TaskContext& context)
    : context_(context),
      seed_(replicate_seed(context, read)),
      train_(context.data.at("train")),
      test_(context.data.at("test")),
      choice_(choose_emulator(read, train_.layout(), train_.path())),
      targets_(places_of(choice_.targets, train_.layout().targets, train_.path())),
      chosen_(torch::tensor(targets_, context.device)),
      windows_(climate_windows(train_.layout(), choice_.network.window)),
      shares_(*context.gang, std::ssize(windows_), 1, read.integer("batch_size")),
      baselines_(train_, windows_, choice_.network.window, targets_),
      network_(choice_.network, derive_seed(seed_, "weights")),
      loss_(choice_, context.device) {
  if (const auto file = context.data.find("validation"); file != context.data.end()) validation_.emplace(file->second);
  if (choice_.network.residual) {
    std::vector<ClimateField> fields;
    for (const std::int64_t target : targets_)
      fields.push_back(train_.layout().targets[static_cast<std::size_t>(target)]);
    start_.emplace(baselines_, fields).add_buffers(network_);
  }
  network_.to(context.device);
}

Prefetch EmulatorTask::training_batches(std::int64_t epoch, std::int64_t first) {
  running_statistics_.change();
  const auto [begin, end] = context_.gang->share(std::ssize(windows_));
  auto order = std::make_shared<const std::vector<std::int64_t>>(random_order(
      begin, end, end - begin,
      derive_seed(seed_, "shuffle",
                  {static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(context_.gang->shard())})));
  const auto make = [this, order, first](std::int64_t k) {
    const auto [from, to] = shares_.batch(first + k);
    std::vector<ClimateWindow> windows;
    for (std::int64_t j = from; j < to; ++j)
      windows.push_back(windows_[static_cast<std::size_t>((*order)[static_cast<std::size_t>(j)])]);
    Batch batch = gather(train_, windows, choice_.network.window, choice_.season);
    // Behind the targets: where the network begins.
    if (start_) batch.target = torch::cat({batch.target, start_->maps(train_, windows, choice_.network.window)}, 1);
    batch.total = shares_.total(first + k);
    return batch;
  };
  return Prefetch(batches_per_epoch() - first, make, context_.background, emulator_batches_ahead, context_.device);
}

Loss EmulatorTask::loss(const Batch& batch) {
  const auto input = batch.input.to(context_.device, /*non_blocking=*/true);
  const auto known = batch.target.to(context_.device, /*non_blocking=*/true);
  auto maps = network_.forward(input);
  if (start_) maps = maps + known.slice(1, std::ssize(train_.layout().targets));
  return loss_of(loss_(maps, known.index_select(1, chosen_)), known.size(0));
}

const EmulatorEvaluation& EmulatorTask::evaluation_on(Split split) {
  auto& evaluation = split == Split::validation ? on_validation_ : on_test_;
  if (!evaluation) evaluation.emplace(held_out(split), choice_, baselines_);
  return *evaluation;
}

Metrics EmulatorTask::evaluate(Split split) {
  running_statistics_.share(network_, *context_.gang);
  const EmulatorEvaluation& evaluation = evaluation_on(split);
  const auto maps = emulate(network_, start_ ? &*start_ : nullptr, held_out(split), evaluation.months().asked,
                            choice_.season, context_.device, *context_.gang,
                            [&](std::int64_t done, std::int64_t all) { context_.evaluating(split, done, all); });
  return evaluation.judge(maps, name_of(split), split == Split::test);
}

}  // namespace

std::unique_ptr<Task> make_emulator_task(const Experiment& experiment, const Configuration& configuration,
                                         const TaskContext& context) {
  return std::make_unique<EmulatorTask>(Reader(configuration, experiment), context);
}

}  // namespace stormsweep
