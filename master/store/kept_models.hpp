#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "master/store/store.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Where the network of a trial is kept: trial-<id>.pt in the folder "models" of the database (side_folder.hpp).
std::filesystem::path model_file(const std::filesystem::path& database, TrialId trial);

/// The networks of trials that are about to lose their outcome. They are first set aside under names that stand for no
/// trial, because a network without its trial is taken for one of another database. The next run removes what a killed
/// process leaves of them.
class DoomedModels {
 public:
  /// Throws InputError, and moves none, where one cannot be moved.
  DoomedModels(const std::filesystem::path& database, const std::vector<TrialId>& trials);
  ~DoomedModels();  ///< puts back those that were not removed
  DoomedModels(const DoomedModels&) = delete;
  DoomedModels& operator=(const DoomedModels&) = delete;

  /// Removes them, and returns how many there were.
  std::uint64_t remove();

 private:
  void put_back();

  std::vector<std::filesystem::path> models_;
};

/// The trained networks of the `most` best trials of a search, among those that were saved (`run --keep-best`): the
/// best first (store_types.hpp). The files are the only record. A worker saves a network before
/// it reports the trial (search/space/cache_files.hpp); it is moved here once the row is committed, and then the worst
/// one is removed. So there is at most one too many at any time, and `open` cleans up after a crash.
class KeptModels {
 public:
  /// `most` 0: none is added or removed.
  KeptModels(const std::filesystem::path& database, const std::filesystem::path& cache, const Space& space,
             std::size_t most);

  /// Finds what an earlier run has left. Throws InputError: networks of trials that the database lacks (it was
  /// replaced), a folder that cannot be made.
  void open(Store& store);
  /// A trial has ended and its row is committed; `metric` is NaN unless it is complete.
  void consider(const RatedTrial& trial, const Identity& identity);
  /// Removes networks that were not kept, and folders that are empty. Call once workers have stopped.
  void close();

  /// The best first.
  const std::vector<RatedTrial>& kept() const { return kept_; }
  /// One line for the user, empty if no network was asked for: which are kept, what went wrong, and, if none is, how to
  /// get that of the best trial of `store`.
  std::string summary(const Store& store) const;

 private:
  void read_kept(Store& store);
  void read_fresh(Store& store);
  void insert(const RatedTrial& trial);
  void trim();

  std::filesystem::path database_, fresh_;
  Goal goal_;
  std::size_t most_;
  std::vector<RatedTrial> kept_;
  std::string problem_;  ///< the first one of the run
};

}  // namespace stormsweep
