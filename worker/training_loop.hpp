#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "experiments/task.hpp"
#include "search/outcome.hpp"
#include "worker/trainer.hpp"

namespace stormsweep {

/// Training has left the finite numbers; the message names the epoch and, where it is known, the step.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The training was told to stop in the middle of an epoch.
struct Stopped {};

/// The state of one training between epochs.
class TrainingLoop {
 public:
  TrainingLoop(std::unique_ptr<Task> task, const TrainingPlan& plan);

  /// Trains one more epoch and evaluates: train_*, validation_* and test_* metrics. Adds its seconds to augment, train
  /// and test of `timings`. Throws Diverged, Stopped where `stop` says so, and what the task throws.
  Metrics run_epoch(Timings& timings, const std::function<bool()>& stop);

  std::int64_t epochs() const { return epoch_; }     ///< run so far
  std::int64_t samples() const { return samples_; }  ///< trained on so far
  std::int64_t training_flops() const { return 3 * task_->forward_flops() * samples_; }

 private:
  torch::Tensor step(const Batch& batch, std::int64_t number);

  std::unique_ptr<Task> task_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::int64_t epoch_ = 0, samples_ = 0;
};

}  // namespace stormsweep
