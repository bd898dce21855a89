#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "experiments/task.hpp"
#include "search/outcome.hpp"
#include "search/trainings.hpp"

namespace stormsweep {

/// How to train, beyond what the task knows.
struct TrainingPlan {
  std::vector<std::int64_t> milestones;  ///< ascending epochs, each a trial; the last is the training's length
  std::string optimizer = "adam";        ///< worker/optimizer.hpp
  double learning_rate = 1e-3;
};

/// Reads the hyperparameters `optimizer` and `learning_rate`; without milestones, `epochs` is the only one.
TrainingPlan make_plan(const Training& training, const Experiment& experiment);

/// Whom the trainer tells. Their time counts in no timing; what they throw comes out of `train`.
struct TrainingEvents {
  /// Trial `milestone` has ended, `epochs` have passed since the one before. Called in order, once for every milestone.
  std::function<void(std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs)> finished;
  /// Asked before every step: whether to abandon the training, without an outcome for what has not finished.
  std::function<bool()> stop = [] { return false; };
};

enum class TrainingEnd { finished, stopped };

/// Trains the task that `make` builds, epoch by epoch, with an evaluation of the validation and test splits after each.
/// Results at a milestone equal those of a separate training of that length to the last bit, and its wall time is what
/// that training would have had. Nothing that the task throws comes out: a loss or weight that is not finite makes the
/// milestones not yet reached `diverged`, a failed allocation `out_of_memory`, any other exception `failed`.
TrainingEnd train(const std::function<std::unique_ptr<Task>()>& make, const TrainingPlan& plan,
                  const TrainingEvents& events);

}  // namespace stormsweep
