#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "experiments/task/task.hpp"
#include "search/messages/run_settings.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

/// What all trainings of a worker share.
struct Workplace {
  const Experiment& experiment;
  TaskContext context;  ///< but for the gang
  MpiChannel& channel;
  const RunSettings& settings;
  std::optional<double> trial_hours;  ///< the space's limit
  std::filesystem::path models;       ///< folder for trained networks; empty: they are not wanted
};

/// Trains one training and reports each of its trials as it ends; in a gang its leader does. Whatever goes wrong
/// becomes an outcome: exceptions `failed`, exhausted memory `out_of_memory`, a loss that is not finite `diverged`.
/// A network that cannot be saved is named on standard error; its trial counts all the same.
/// Only a training that `stopped` interrupts, which is asked at every step and wherever one waits for its mates,
/// reports nothing more.
void execute(const Assignment& assignment, const Workplace& workplace, const std::function<bool()>& stopped);

}  // namespace stormsweep
