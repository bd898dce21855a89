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
/// groups (synchronous=FULL, rollback journal: WAL is unsafe on network file systems); what `commit` has returned from
/// survives any crash, and nothing else counts as done. Beside it, one JSON line a terminal trial, if asked for.
///
/// Tables searches, trials, epochs; views `results` (one column a hyperparameter, one a metric) and `curves` (one row
/// an epoch of a trial), and one a profile of the experiments (profile_view.hpp), made for the union of the
/// experiments in the file, anew where a column is new. The schema's version is SQLite's user_version; its
/// application_id says that the file is ours.
class Store {
 public:
  using Options = StoreOptions;

  /// Opens or creates the database, and the search `space.name` in it. Throws InputError: not a results database, a
  /// newer schema, an unwritable folder, another live writer (with its host, process and time of its last commit), or a
  /// search of that name with another experiment, one of the user's own that shares trainings otherwise, or other data
  /// (`fingerprint`), each with the remedy.
  Store(const std::filesystem::path& path, const Space& space, const std::string& fingerprint, const Options& options);
  ~Store();  ///< closes it

  /// How many trials were copied from other databases, now.
  std::uint64_t reused() const;
  /// `training` without the milestones that have a terminal row; nothing if none is left. Its attempt is that of a
  /// row left running by a job that died: only a lost worker raises it.
  std::optional<Training> missing(Training training);

  /// What an earlier run has made of trial `milestone` of `training`, if it has ended, at its end.
  std::optional<Ended> ended(const Training& training, std::size_t milestone);

  /// The best value that the search's metric has come to on the way to that trial, by curves handed to add_epochs; or
  /// nothing, where it never had one.
  std::optional<double> best_until(const Training& training, std::size_t milestone);

  /// Proposals of the search's method, in order, and its width; 0 where none has been kept. Those of an earlier version
  /// of the space are gone.
  ProposalHistory proposals();
  void keep_width(std::uint64_t width);
  void keep(const Proposed& proposal);

  /// A trial that now runs. Worth a row only where it lasts longer than a commit.
  void start(const Training& training, std::size_t milestone, const WorkerInfo& worker, double now);
  /// A terminal row for trial `milestone` of `training`. A second one for the same trial is ignored: the first stays.
  void finish(const Training& training, std::size_t milestone, const WorkerInfo& worker, const Outcome& outcome);
  /// Points of the training's curves; those present already are kept. Without profiles' values, which no curve has: of
  /// a nowcast they would be 20 times as long as all else. Its trial has them.
  void add_epochs(const Training& training, const std::vector<EpochRecord>& records);
  /// Makes everything so far durable. It is the writer's sign of life, too: call it at least every 20 s, also with
  /// nothing to write. False where it cannot be done now, because another process holds the file for longer than
  /// `patience`, or the disk is full: then `problem` says why, and everything stays in memory for the next time. Throws
  /// InputError where another process has taken over a search that looked abandoned.
  bool commit(Seconds patience = Seconds(30));
  const std::string& problem() const;  ///< one line; empty after a commit that went well
  /// The last commit, tried for as long as Options::last_patience. How many trials that have ended it did not write.
  std::uint64_t settle();
  /// Commits and gives the search up: none of its trials runs any more. After this, it only reads.
  void close();

  /// Calls `each` with the configuration and wall seconds of the `most` complete trials of the search stored last, the
  /// newest first.
  void each_completed(std::size_t most, const std::function<void(const Configuration&, double)>& each);

  std::optional<StoredTrial> find(TrialId trial);             ///< of any search
  std::optional<StoredTrial> find(const Identity& identity);  ///< of this search; looks through all its rows

  /// Those of `curves` with whose training (search/space/cache_files.hpp) nobody goes on once this search is complete:
  /// they are of this search, or no other search in the file was trained on the same data; and none of their trials may
  /// be tried again from there, having failed or run out of memory. Looks through all its rows.
  std::set<Identity> abandoned(const std::set<Identity>& curves);

  StatusCounts counts() const;             ///< of this search, uncommitted rows included
  std::optional<RatedTrial> best() const;  ///< by the search's metric and goal, among committed complete trials

 private:
  std::unique_ptr<StoreDatabase> database_;
};

}  // namespace stormsweep
