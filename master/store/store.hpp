#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/store/store_types.hpp"
#include "search/base/id.hpp"
#include "search/methods/method.hpp"
#include "search/space/configuration.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"
#include "search/space/worker_info.hpp"

namespace stormsweep {

struct StoreDatabase;

/// The results database: the truth about a search. Only rank 0 of a job opens one for writing. Rows are committed in
/// groups (synchronous=FULL, rollback journal: WAL is unsafe on network file systems). What was written when `commit`
/// returned true survives any crash; nothing else counts as done. If asked for, it also writes one JSON line for each
/// terminal trial.
///
/// Tables: searches, trials, epochs. Views: `results` (a column for each hyperparameter and each metric), `curves` (a
/// row for each epoch of a trial), and one for each profile (profile_view.hpp). Views cover all experiments in the
/// file, and are recreated when a column is new. The schema's version is SQLite's user_version; the application_id
/// marks the file as ours.
class Store {
 public:
  using Options = StoreOptions;

  /// Opens or creates the database, and the search `space.name` in it. Throws InputError: not a results database, a
  /// newer schema, an unwritable folder, another live writer (with its host, process and time of its last commit), or a
  /// search of that name with another experiment, with one of the user's own that shares trainings differently, or with
  /// other data (`fingerprint`); each with the remedy.
  Store(const std::filesystem::path& path, const Space& space, const std::string& fingerprint, const Options& options);
  ~Store();  ///< closes it

  /// How many trials this run has copied from other databases.
  std::uint64_t reused() const;
  /// `training` without the milestones that have a terminal row; nothing if none is left. Its attempt is that of its
  /// row, even if a dead job left it running: only a lost worker raises it.
  std::optional<Training> missing(Training training);

  /// The outcome of trial `milestone` of `training` in an earlier run, if it ended there.
  std::optional<Ended> ended(const Training& training, std::size_t milestone);

  /// The best value of the search's metric up to that trial's milestone, by curves given to add_epochs; nothing where
  /// it was never defined.
  std::optional<double> best_until(const Training& training, std::size_t milestone);

  /// Proposals of the search's method, in order, and its width, 0 where none is stored. Without those of earlier
  /// versions of the space.
  ProposalHistory proposals();
  void keep_width(std::uint64_t width);
  /// Configurations of trials that have ended, and that no method has proposed: copied from other databases, or of a
  /// grid; in an order that does not depend on when they were stored. The space may have some of them no more.
  std::vector<Configuration> unproposed();
  void keep(const Proposed& proposal);

  /// Stores that a trial is running; worth a row only if it takes longer than a commit.
  void start(const Training& training, std::size_t milestone, const WorkerInfo& worker, double now);
  /// A terminal row for trial `milestone` of `training`. A second one for the same trial is ignored: the first stays.
  void finish(const Training& training, std::size_t milestone, const WorkerInfo& worker, const Outcome& outcome);
  /// Points of the training's curves; existing ones stay. Values of profiles are left out: in a nowcast they would take
  /// 20 times the space of all else. The trial has them.
  void add_epochs(const Training& training, const std::vector<EpochRecord>& records);
  /// Makes everything so far durable. It is also the writer's sign of life: call it at least every 20 s, even with
  /// nothing to write. False where that is not possible now, because another process holds the file for longer than
  /// `patience`, or the disk is full: then `problem` says why, and everything stays in memory for the next commit.
  /// Throws InputError where another process has taken over a search that looked abandoned.
  bool commit(Seconds patience = Seconds(30));
  const std::string& problem() const;  ///< one line; empty after a successful commit
  /// The last commit, tried for up to Options::last_patience. Returns how many ended trials it did not write.
  std::uint64_t settle();
  /// Commits and ends the lease of the search; none of its trials runs any more. After this the store can only be read.
  void close();

  /// Calls `each` with the configuration and wall seconds of the `most` complete trials of the search stored last, the
  /// newest first.
  void each_completed(std::size_t most, const std::function<void(const Configuration&, double)>& each);

  std::optional<StoredTrial> find(TrialId trial);             ///< of any search
  std::optional<StoredTrial> find(const Identity& identity);  ///< of this search; looks through all its rows

  /// Those of `curves` (search/space/cache_files.hpp) from whose checkpoints nobody will continue once this search is
  /// complete: curves of this search, or all if no other search in the file has the same data; but none with a trial
  /// that failed or ran out of memory, which may be tried again from there. Reads all rows of the search.
  std::set<Identity> abandoned(const std::set<Identity>& curves);

  StatusCounts counts() const;             ///< of this search, uncommitted rows included
  std::optional<RatedTrial> best() const;  ///< by the search's metric and goal, among committed complete trials

 private:
  std::unique_ptr<StoreDatabase> database_;
};

}  // namespace stormsweep
