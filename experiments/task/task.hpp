#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "datasets/prefetch.hpp"
#include "experiments/task/gang.hpp"
#include "search/space/configuration.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"
#include "search/space/stage_plan.hpp"

namespace stormsweep {

/// What is held out.
enum class Split { validation, test };
inline std::string name_of(Split split) {
  return split == Split::validation ? "validation" : "test";
}

/// What a worker knows beyond the configuration.
struct TaskContext {
  std::map<std::string, std::filesystem::path> data;  ///< "train", "validation", "test": absolute paths
  std::string fingerprint;                            ///< of the data, part of the key of what is cached
  std::uint64_t seed = 0;                             ///< the search's; the replicate is mixed in by the task
  std::filesystem::path cache;                        ///< folder for what is made from the data once per search
  std::function<void()> check_data = [] {};           ///< throws FileChanged where the data is no longer what it was
  /// Called while a file in that folder is made, with the share of it that is. Throws what a task must let pass where
  /// the training is to stop.
  std::function<void(double)> preparing = [](double) {};
  std::filesystem::path staged{};     ///< folder of copies on this machine's disk (StagePlan); empty: there are none
  std::set<std::int64_t> unusable{};  ///< numbers of the plan's files that cannot be read: others are drawn instead
  torch::Device device = torch::kCPU;
  int device_sharers = 1;  ///< workers that compute on a GPU, this one included: each takes its share of the memory
  int threads = 1;         ///< for training
  int background = 1;      ///< further threads, which make batches; 0: they are made when asked for
  std::shared_ptr<Gang> gang = std::make_shared<Gang>();  ///< never null
  /// Called during Task::evaluate with how many samples of its own this rank has done, and of how many; from any
  /// thread. Throws as `preparing` does; the evaluation can be begun again.
  std::function<void(Split, std::int64_t done, std::int64_t all)> evaluating = [](Split, std::int64_t, std::int64_t) {};
};

/// The loss of some samples of a batch.
struct Loss {
  torch::Tensor mean;  ///< scalar, with the graph for backward
  torch::Tensor sums;  ///< [training_metrics().size()] float32, sums over the samples, without the graph
};

/// One configuration of one experiment, ready to train: the parts that differ between experiments. The loop that they
/// share is worker/training/trainer.hpp. Everything random is seeded from (seed, stream, counters) alone
/// (search/base/seed.hpp). In a gang each rank has a task of its own, which holds the whole network and a shard of
/// every batch.
class Task {
 public:
  virtual ~Task() = default;

  virtual torch::nn::Module& network() = 0;
  /// The search's seed with the replicate mixed in: what every stream of this task derives from.
  virtual std::uint64_t seed() const = 0;
  /// FLOP of one forward pass of one sample, one multiply-add counted as 2, convolutions and matrix products only.
  virtual std::int64_t forward_flops() const = 0;
  /// Batches in one epoch, of all copies of the data.
  virtual std::int64_t batches_per_epoch() const = 0;
  /// The batches of one epoch (from 1), shuffled and augmented, from number `first` (0-based) on; each of the
  /// configured batch size but for the last. In a gang: this rank's shard of each, which may be empty.
  virtual Prefetch training_batches(std::int64_t epoch, std::int64_t first) = 0;
  /// Samples that go through the network at once; a larger batch is split and its gradients accumulated. A constant of
  /// the experiment and device, not of the machine, so that results do not depend on it.
  virtual std::int64_t micro_batch() const = 0;
  /// The least number of samples that go through the network together in training; no batch has fewer. 2 with batch
  /// norm, say, which learns nothing from one.
  virtual std::int64_t least_micro_batch() const { return 1; }
  /// Called once a step, before its losses, by all ranks of a gang.
  virtual void begin_step() {}
  /// Loss of at least one sample. Random draws (dropout) come from the default generator, which the trainer seeds for
  /// every step.
  virtual Loss loss(const Batch& batch) = 0;
  /// Whether `loss` does nothing but launch work on the device: it reads nothing there and sends nothing. Then it may
  /// be recorded (worker/training/recorded_pass.hpp).
  virtual bool recordable() const { return false; }
  /// Names of the metrics of training, each a mean over the samples of an epoch: train_loss, as trained, first.
  virtual std::vector<std::string> training_metrics() const = 0;
  /// Metrics of a held-out split with the network as it stands, named "<split>_<metric>"; draws no random numbers. A
  /// gang divides the work; all ranks get the same.
  virtual Metrics evaluate(Split split) = 0;
  /// What must be known beside weights and hyperparameters to use the network later, as JSON text: the normalisation of
  /// its input, say.
  virtual std::string model_notes() const { return "{}"; }
  /// Writes what `run --keep-best` keeps of a trial: a ModelFile, unless a task knows better. The file appears whole or
  /// not at all; throws InputError.
  virtual void keep(const std::filesystem::path& file, const Experiment& experiment,
                    const Configuration& configuration);
};

/// The search's seed with the replicate mixed in: Task::seed.
std::uint64_t replicate_seed(const TaskContext& context, const Reader& read);

/// The Loss of `samples` samples with this `mean`, the only metric of training.
Loss loss_of(const torch::Tensor& mean, std::int64_t samples);

/// How many batches of `bytes` bytes to make ahead: 256 MiB of them, but 1 to 4.
int batches_ahead(std::int64_t bytes);

}  // namespace stormsweep
