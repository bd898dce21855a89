#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/task/data_check.hpp"
#include "experiments/task/kept_scans.hpp"
#include "search/space/experiment.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

// A run: a training by something other than the loop of worker/training. It touches no tensors, so that ranks that only
// do runs need not load LibTorch (worker/README.md).

/// The ranks that carry out one training together, as a run sees them. Here: one rank alone.
class RunGang {
 public:
  virtual ~RunGang() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  /// Sums `values` over the gang, in place; every rank gets the same bits. All ranks call it in the same order.
  virtual void sum(std::span<float> /*values*/) {}
};

/// What a worker knows beyond the configuration.
struct RunContext {
  std::map<std::string, std::filesystem::path> data;  ///< "train", "validation", "test": absolute paths
  std::string fingerprint;                            ///< of the data, part of the key of what is cached
  std::string search;                                 ///< its name, unique in the cache
  std::uint64_t seed = 0;                             ///< the search's; the replicate is mixed in by the run
  std::filesystem::path cache;                        ///< folder for the work of the whole search
  bool keep_work = false;                             ///< a command's folder stays when it has ended well
  bool one_training_a_curve = true;                   ///< of commands: else each has its own checkpoint, and removes it
  std::optional<int> gpu;                             ///< among those that this process sees; nothing: none
  int threads = 1;
  std::shared_ptr<RunGang> gang = std::make_shared<RunGang>();  ///< never null
};

/// What a run asks and reports.
struct RunEvents {
  std::function<bool()> stopped;  ///< asked 20 times a second or so
  /// Trial number `milestone` has ended, with its time and metrics, and the epochs since the one before.
  std::function<void(std::size_t milestone, Outcome, std::vector<EpochRecord>)> finished;
  /// The run continues the work of earlier starts, whose `seconds` count towards `limits.trial_hours`.
  std::function<void(double seconds)> recalled = [](double) {};
};

/// Reports each milestone that it reaches, and returns how the remaining ones have ended; complete where none remains.
/// Nothing where `stopped` turned true before it was done. In a gang every rank runs it, and the leader reports.
using Run = std::optional<Outcome>(const Experiment&, const Training&, const RunContext&, const RunEvents&);

/// The run of an experiment: run_<name>, or run_command where the user's own command trains. Null: it has a task
/// instead (registry.hpp). CMake writes the source from the folders whose experiment.json does not include "training".
Run* run_of(const Experiment& experiment);

/// Whether the command of the space's experiment can be started: check_command_data. Other runs have no data to check.
DataCheck check_run(const Space& space, const KeptScans& kept = KeptScans());

}  // namespace stormsweep
