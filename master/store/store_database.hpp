#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/store/best_epoch.hpp"
#include "master/store/done_trainings.hpp"
#include "master/store/epoch_rows.hpp"
#include "master/store/json_lines.hpp"
#include "master/store/present_rows.hpp"
#include "master/store/process_identity.hpp"
#include "master/store/search_lease.hpp"
#include "master/store/store_types.hpp"

#include "search/methods/method.hpp"
#include "search/space/trainings.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

/// The count that a trial of `status` belongs to; one that has not ended counts as running.
std::uint64_t& count_of(StatusCounts& counts, Status status);

/// The counts and the best trial of a search.
struct Tally {
  StatusCounts counts;
  std::optional<RatedTrial> best;

  void consider(const RatedTrial& trial, Goal goal) {
    if (std::isfinite(trial.metric) && (!best || better(trial, *best, goal))) best = trial;
  }
};

/// A row of the next commit, and its value of the search's metric.
struct PendingTrial {
  TrialRecord record;
  double metric = 0;
  bool written = false;  ///< by the last attempt to commit it, not there before
};

/// A trial whose row the current commit writes, for Store::Options::committed.
struct EndedTrial {
  RatedTrial trial;
  Identity identity;
};

/// What the table `trials` has of a trial.
struct FoundTrial {
  std::int64_t id;
  Status status;
  std::uint32_t attempt;
};

struct PendingEpoch {
  Identity curve;
  std::int64_t epoch;
  double seconds;
  double value;  ///< of the search's metric
  std::string metrics;
};

/// The open database of a Store, with what is to be written.
struct StoreDatabase {
  StoreDatabase(const std::filesystem::path& path, const Space& space, const std::string& fingerprint,
                const StoreOptions& options);
  ~StoreDatabase();

  Tally read_tally();
  void open_json(const std::filesystem::path& path);
  TrialRecord& next_row(const Training& training, std::size_t milestone, const WorkerInfo& worker);
  void learn(const Metrics& metrics);
  /// The best value of the curve up to `milestone`, including points not committed yet.
  std::optional<double> best_until(const Identity& curve, std::int64_t milestone);

  bool commit(double now, Seconds patience);
  std::uint64_t settle();
  void close();
  void write(Tally& next, double now);
  void write_trial(PendingTrial& trial, bool again, Tally& next);
  void report_committed();
  SQLite::Statement select_stored(const std::string& condition);
  std::optional<StoredTrial> read_stored(SQLite::Statement& select) const;
  /// Whether all its trials are known to be complete without looking at each row.
  bool is_done(const Training& training);
  std::optional<FoundTrial> look_up(const Identity& key, TrainingId training);
  void stop_looking();
  std::optional<FoundTrial> find(const Identity& key, TrainingId training);
  /// The value that the search chooses by in the row of that id; nothing where it is undefined.
  std::optional<double> metric_of(std::int64_t id);
  void write_proposals();
  double last_sign();
  void write_sign(double now);

  std::filesystem::path file;
  std::string name, metric;
  Goal goal;
  MetricAt metric_at;
  std::uint64_t seed;
  std::string method;  ///< empty: grid
  const Experiment& experiment;
  SQLite::Database sqlite;
  SearchLease lease;
  PresentRows present;
  ProcessIdentity writer = this_process();
  Seconds signed_at;  ///< time of the writer's last sign of life, on the steady clock
  Seconds last_patience;
  std::string problem;               ///< why the last commit was not possible; otherwise empty
  double attempted = 0;              ///< its sign of life
  std::size_t attempted_trials = 0;  ///< that it had
  std::size_t retried = 0;           ///< trials of the current commit that the last one stored, though it was refused
  bool closed = false;
  SQLite::Statement lookup, select_metric, upsert, sign;
  EpochRows epoch_rows;
  BestEpochs best_epochs;
  std::optional<DoneTrainings> done;  ///< made on first use
  int lookups_left = 0;               ///< in the open read transaction; 0: none is open
  std::optional<JsonLines> json;
  std::string lines;                 ///< JSON lines of the current commit
  std::vector<PendingTrial> trials;  ///< the first `pending` are for the next commit; the rest is room to reuse
  std::size_t pending = 0;
  std::vector<PendingEpoch> epochs;            ///< for the next commit
  std::vector<Proposed> proposals;             ///< likewise
  std::optional<std::uint64_t> width;          ///< likewise
  std::set<std::string, std::less<>> metrics;  ///< the metrics that the views have a column for
  std::vector<std::string> new_metrics;        ///< those that the next commit adds
  std::function<void(const RatedTrial&, const Identity&)> on_committed;
  std::vector<EndedTrial> ended;  ///< in the current commit; filled only if on_committed is set
  std::set<Identity> running;
  Tally committed;
};

}  // namespace stormsweep
