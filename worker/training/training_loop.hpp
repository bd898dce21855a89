#pragma once

#include <torch/optim/optimizer.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "experiments/task/task.hpp"
#include "search/space/outcome.hpp"
#include "worker/training/gradients.hpp"
#include "worker/training/loss_scale.hpp"
#include "worker/training/recorded_pass.hpp"
#include "worker/training/training_plan.hpp"
#include "worker/training/weight_average.hpp"

namespace stormsweep {

/// Training has left the finite numbers; the message names the epoch and, where it is known, the step.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The training was told to stop: before a step, or in an evaluation.
struct Stopped {
  double in_vain = 0;  ///< seconds of an evaluation that is to be made again
};

/// The state of one training.
class TrainingLoop {
 public:
  TrainingLoop(std::unique_ptr<Task> task, const TrainingPlan& plan, RankGang* gang = nullptr);
  ~TrainingLoop();

  /// Trains one more epoch, or what is left of one, and evaluates: train_*, validation_* and test_* metrics. Adds its
  /// seconds to augment, train and test of `timings`. Calls `before_step` before each step; throws what that and the
  /// task throw, and Diverged. After what the evaluation has thrown it may be saved, and goes on with the evaluation.
  Metrics run_epoch(Timings& timings, const std::function<void()>& before_step);

  std::int64_t epochs() const { return epoch_; }  ///< whole epochs run so far
  std::int64_t steps() const { return step_; }    ///< steps done of the next epoch
  Task& task() { return *task_; }
  std::int64_t samples() const { return samples_; }  ///< trained on so far, by all ranks
  std::int64_t training_flops() const { return 3 * task_->forward_flops() * samples_; }

  /// The state between two steps: all that decides how the training continues. To be called by all ranks of a gang at
  /// the same step, or by one rank that is stopped.
  void save(torch::serialize::OutputArchive& archive);
  void load(torch::serialize::InputArchive& archive);

 private:
  /// Gradients and sums of this rank's shard of a batch.
  torch::Tensor backward(const Batch& batch);
  torch::Tensor backward(const Batch& batch, std::int64_t at_once);
  void step(const Batch& batch);
  /// Divides gradients by the loss scale. False: the step must be skipped.
  bool unscale();
  void add_sums(const torch::Tensor& sums);
  void check_losses();
  Metrics evaluate();

  std::unique_ptr<Task> task_;
  TrainingPlan plan_;
  RankGang* gang_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::optional<Gradients> gradients_;   ///< where a gang or a lag needs them in buckets
  std::optional<LossScale> loss_scale_;  ///< where the plan wants one
  double lagged_factor_ = 0;             ///< of the loss whose gradients the next step applies; 0: they are zeros
  std::optional<WeightAverage>
      average_;  ///< where the plan wants one; in place of the weights from an evaluation to the next step or save
  std::optional<RecordedPass> recorded_;  ///< where a task and the plan allow it
  std::int64_t micro_batch_;
  std::int64_t epoch_ = 0, samples_ = 0;
  std::int64_t step_ = 0;                 ///< done in the current epoch
  std::int64_t epoch_samples_ = 0;        ///< in those steps
  torch::Tensor sums_;                    ///< [s] float64, over them; on the network's device
  std::vector<torch::Tensor> unchecked_;  ///< losses not read yet: reading waits for the device
};

}  // namespace stormsweep
