#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "experiments/task/task.hpp"
#include "search/base/time.hpp"
#include "search/space/outcome.hpp"
#include "worker/training/rank_gang.hpp"
#include "worker/training/training_plan.hpp"

namespace stormsweep {

/// Where and how often a training puts its state away; nowhere if `file` is empty.
struct CheckpointPlan {
  std::filesystem::path file;
  Seconds every{300};
  bool at_end = false;  ///< too, of a training that may go on later
};

/// Whom the trainer tells. Their time counts in no timing; what they throw comes out of `train`.
struct TrainingEvents {
  /// Trial `milestone` is complete and `task` as it was evaluated; called before `finished`, in a gang by the leader.
  /// Null: nobody wants it.
  std::function<void(std::size_t milestone, Task& task)> trained = nullptr;
  /// Trial `milestone` has ended, `epochs` have passed since the one before (after a checkpoint: perhaps more, told
  /// again). Called in order, once for every milestone.
  std::function<void(std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs)> finished;
  /// Told before every step how many batches of an epoch (from 1) are done, and of how many.
  std::function<void(std::int64_t epoch, std::int64_t done, std::int64_t all)> stepping = [](std::int64_t, std::int64_t,
                                                                                             std::int64_t) {};
  /// Asked before every step: whether to abandon the training, without an outcome for what has not finished.
  std::function<bool()> stop = [] { return false; };
};

enum class TrainingEnd { finished, stopped };

/// Trains the task that `make` builds, epoch by epoch, with an evaluation of the validation and test splits after each.
/// Results at a milestone equal those of a separate training of that length to the last bit, and its wall time is what
/// that training would have had. Nothing that the task throws comes out: a loss or weight that is not finite makes the
/// milestones not yet reached `diverged`, a failed allocation `out_of_memory`, any other exception, and more hours than
/// the plan allows, `failed`.
///
/// A checkpoint that is there and not beyond the first milestone is continued, bit-equal to a training that was never
/// interrupted, timings included. One is written every so often, and when stopped; one that cannot be written is told
/// on standard error, once a training, and so is one that cannot be read. It outlives the training, however that ends:
/// the master removes it once the outcome is committed, but for those of trainings that may be tried again from there.
///
/// In a gang (null: alone) every rank calls this with a task of its own; all see the same losses, go by the leader's
/// clock, and decide the same. Only the leader writes checkpoints. Where one fails by itself, its mates wait in vain
/// and must be abandoned.
TrainingEnd train(const std::function<std::unique_ptr<Task>()>& make, const TrainingPlan& plan,
                  const TrainingEvents& events, RankGang* gang = nullptr, const CheckpointPlan& checkpoints = {});

}  // namespace stormsweep
