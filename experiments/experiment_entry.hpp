#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// All that the programs need of an experiment with a task. experiments/<name>/entry.cpp defines the function
///
///     ExperimentEntry <name>_entry();
///
/// and CMake makes the list of them from the folders that hold one (registry.hpp).
struct ExperimentEntry {
  /// `stormsweep <verb> <name> ...`: `words` are those after the name. Throws InputError. Returns the exit status.
  using Command = int (*)(const std::vector<std::string>& words);

  /// One configuration, ready for the loop of worker/training. Throws InputError where data or values do not fit.
  std::unique_ptr<Task> (*make_task)(const Experiment&, const Configuration&, const TaskContext&) = nullptr;

  // For experiments with data.
  DataCheck (*check_data)(const Space&, const KeptScans&) = nullptr;
  StagePlan (*stage_request)(const Space&, const TaskContext&, int places) = nullptr;

  // Commands, each where the experiment has it.
  Command prepare = nullptr;
  Command generate = nullptr;
  Command forecast = nullptr;
  Command label = nullptr;
};

}  // namespace stormsweep
