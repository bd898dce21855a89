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

/// Where and how often a training saves its state; not at all if `file` is empty.
struct CheckpointPlan {
  std::filesystem::path file;
  Seconds every{300};
  bool at_end = false;  ///< also at the end, where the training may be continued later
};

/// Callbacks of the trainer. Timings exclude the time that they take; `train` throws what they throw.
struct TrainingEvents {
  /// Trial `milestone` is complete, and `task` is as it was evaluated. Called before `finished`, in a gang by the
  /// leader only. May be null.
  std::function<void(std::size_t milestone, Task& task)> trained = nullptr;
  /// Trial `milestone` has ended; `epochs`: those since the one before (after a checkpoint perhaps also earlier ones,
  /// reported again). Called in order, once for every milestone.
  std::function<void(std::size_t milestone, const Outcome& outcome, const std::vector<EpochRecord>& epochs)> finished;
  /// Called before every step with how many batches of the epoch (from 1) are done, and of how many.
  std::function<void(std::int64_t epoch, std::int64_t done, std::int64_t all)> stepping = [](std::int64_t, std::int64_t,
                                                                                             std::int64_t) {};
  /// Called before every step: whether to stop the training, without an outcome for milestones not reached.
  std::function<bool()> stop = [] { return false; };
};

enum class TrainingEnd { finished, stopped };

/// Trains the task that `make` builds, epoch by epoch, with an evaluation of the validation and test splits after each.
/// Results at a milestone equal those of a separate training of that length to the last bit, and its wall time is what
/// that training would have taken. What the task throws becomes an outcome: a loss or weight that is not finite makes
/// the milestones not yet reached `diverged`, a failed allocation `out_of_memory`, any other exception, and more hours
/// than the plan allows, `failed`.
///
/// An existing checkpoint that is not beyond the first milestone is continued, bit-equal to a training that was never
/// interrupted; timings continue, too. Checkpoints are written at intervals and when stopped. One that cannot be
/// written is reported on standard error, once per training, and so is one that cannot be read, or that other threads
/// or another processor have computed: then the last bits may differ. The checkpoint outlives the training, however
/// that ends: the master removes it once the outcome is committed, unless the training may be tried again from there.
///
/// In a gang (null: alone) every rank calls this with a task of its own; all see the same losses, use the leader's
/// clock, and make the same decisions. Only the leader writes checkpoints. Where one rank fails alone, its mates wait
/// for it until the gang is abandoned.
TrainingEnd train(const std::function<std::unique_ptr<Task>()>& make, const TrainingPlan& plan,
                  const TrainingEvents& events, RankGang* gang = nullptr, const CheckpointPlan& checkpoints = {});

}  // namespace stormsweep
