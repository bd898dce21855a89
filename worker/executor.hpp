#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/run.hpp"
#include "search/base/machine.hpp"
#include "search/messages/run_settings.hpp"
#include "search/space/file_stamps.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"
#include "worker/activity.hpp"
#include "worker/channel/mpi_channel.hpp"
#include "worker/staging/stage_orders.hpp"

namespace stormsweep {

/// Where a worker computes.
struct Placement {
  std::optional<int> gpu;  ///< among those that this process sees; nothing: on the processor
  int gpu_sharers = 1;     ///< workers that compute there, this one included
  int threads = 1;
  int background = 1;  ///< threads that make batches
  CoreMask cores;      ///< that it keeps to; none: the kernel decides
};

/// What all trainings of a worker share. All that it refers to outlives it.
struct Workplace {
  const Space& space;
  RunContext context;  ///< but for the gang
  int background, gpu_sharers;
  MpiChannel& channel;
  StageOrders& orders;
  Activity& activity;
  const RunSettings& settings;
  std::vector<FileStamp> stamps;  ///< of the files that trainings read
  std::filesystem::path models;   ///< folder for trained networks; empty: they are not wanted
};

/// Carries out assignments: the part in which the two programs that serve a master differ.
class Executor {
 public:
  virtual ~Executor() = default;

  /// The versions that rows record: "stormsweep 0.3.0, LibTorch 1.13.1".
  virtual std::string versions() const = 0;
  /// GPUs that this process sees.
  virtual int gpus() const = 0;
  /// What is known of the data before anything is assigned; scans of them are kept in the folder `cache`, unless empty.
  /// Throws InputError where they cannot be trained on.
  virtual DataCheck check(const Space& space, const std::filesystem::path& cache) const = 0;
  /// Sets where everything will be computed. Called once, first.
  virtual void settle(const Placement& /*placement*/) {}
  /// Sets what is to be searched. Called once, before the first assignment. Throws InputError where this program cannot
  /// do it.
  virtual void enter(const Workplace& workplace) = 0;
  /// Carries it out and reports each of its trials as it ends; in a gang its leader does. Whatever goes wrong becomes
  /// an outcome. `stopped` is polled: a training that it interrupts reports nothing more.
  virtual void execute(const Assignment& assignment, const std::function<bool()>& stopped) = 0;
};

}  // namespace stormsweep
