#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/task/task.hpp"
#include "search/space/outcome.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What a training without a task asks and tells.
struct RunEvents {
  std::function<bool()> stopped;
  /// Trial number `milestone` has ended, with its time and metrics, and the epochs since the one before.
  std::function<void(std::size_t milestone, Outcome, std::vector<EpochRecord>)> finished;
};

/// All that the programs need of an experiment. experiments/<name>/entry.cpp defines the function
///
///     ExperimentEntry <name>_entry();
///
/// and CMake makes the list of them from the folders that hold an experiment.json (registry.hpp).
struct ExperimentEntry {
  /// `stormsweep <verb> <name> ...`: `words` are those after the name. Throws InputError. Returns the exit status.
  using Command = int (*)(const std::vector<std::string>& words);

  /// One configuration, ready for the loop of worker/training. Throws InputError where data or values do not fit.
  std::unique_ptr<Task> (*make_task)(const Experiment&, const Configuration&, const TaskContext&) = nullptr;
  /// Instead of a task: a training by something else than the loop of worker/training. Tells of each milestone that it
  /// reaches, and returns how those that are left have ended; complete where none is. Nothing where `stopped` turned
  /// true before it was done. In a gang every rank runs it, and the leader tells.
  std::optional<Outcome> (*run)(const Experiment&, const Training&, const TaskContext&, const RunEvents&) = nullptr;

  // For experiments with data.
  DataCheck (*check_data)(const Space&) = nullptr;
  StagePlan (*stage_request)(const Space&, int places) = nullptr;

  // Commands, each where the experiment has it.
  Command prepare = nullptr;
  Command generate = nullptr;
  Command forecast = nullptr;
  Command label = nullptr;
};

}  // namespace stormsweep
