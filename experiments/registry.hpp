#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "experiments/experiment_entry.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// The entry of each experiment with a task, by name; "torchscript" is that of experiments that name a network. CMake
/// writes the source from the folders that hold an entry.cpp.
const std::map<std::string, ExperimentEntry>& experiment_entries();

const ExperimentEntry& entry_of(const Experiment& experiment);

/// Builds the task of `experiment` for `configuration`. Throws InputError where data or values do not fit.
std::unique_ptr<Task> make_task(const Experiment& experiment, const Configuration& configuration,
                                const TaskContext& context);

/// Opens every file of the space's data, and scans those not covered by a scan kept in the folder `cache`. Throws
/// InputError where a file cannot be trained on, or the data lack what the space asks for. check_run (run.hpp) does it
/// for experiments that run by themselves.
DataCheck check_data(const Space& space, const std::filesystem::path& cache = {});

/// What to stage for a search trained by `places` ranks. Throws InputError.
StagePlan stage_request(const Space& space, const TaskContext& context, int places);

}  // namespace stormsweep
