#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "experiments/task/task.hpp"
#include "search/messages/wire.hpp"
#include "search/space/trainings.hpp"
#include "worker/channel/mpi_channel.hpp"

namespace stormsweep {

/// What all trainings of a worker share.
struct Workplace {
  const Experiment& experiment;
  TaskContext context;  ///< but for the gang
  MpiChannel& channel;
  bool retry_out_of_memory = false;
  std::chrono::duration<double> checkpoint_every{300};  ///< 0: never
  std::filesystem::path models;                         ///< folder for trained networks; empty: they are not wanted
  std::function<void(wire::Finished)> report;
};

/// Trains one training and reports each of its trials as it ends; in a gang its leader does. Whatever goes wrong
/// becomes an outcome: exceptions `failed`, exhausted memory `out_of_memory`, a loss that is not finite `diverged`.
/// A network that cannot be saved is told on standard error; its trial counts all the same.
/// Only a training that `stopped` interrupts, which is asked at every step and wherever one waits for its mates,
/// reports nothing more.
void execute(const Duty& duty, const Workplace& workplace, const std::function<bool()>& stopped);

}  // namespace stormsweep
