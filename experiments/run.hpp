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

#include "search/space/experiment.hpp"
#include "search/space/outcome.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

// A run: a training by something else than the loop of worker/training. Nothing of it touches tensors, so that ranks
// that do nothing else need not load LibTorch (worker/README.md).

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
  std::string search;                                 ///< its name; no other in the cache has it
  std::uint64_t seed = 0;                             ///< the search's; the replicate is mixed in by the run
  std::filesystem::path cache;                        ///< folder for the work of the whole search
  bool keep_work = false;                             ///< the folder of a command that has done its work stays
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
  /// It continues what earlier starts did in so many seconds, which count towards `limits.trial_hours`.
  std::function<void(double seconds)> recalled = [](double) {};
};

/// Reports each milestone that it reaches, and returns how those that are left have ended; complete where none is left.
/// Nothing where `stopped` turned true before it was done. In a gang every rank runs it, and the leader reports.
using Run = std::optional<Outcome>(const Experiment&, const Training&, const RunContext&, const RunEvents&);

/// The run of an experiment that has one, and then no task: run_<name>, or run_command where the user's own command
/// trains. Null: it has a task (registry.hpp). CMake writes the source from the folders whose experiment.json does not
/// include "training".
Run* run_of(const Experiment& experiment);

}  // namespace stormsweep
