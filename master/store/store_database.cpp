#include "master/store/store_database.hpp"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "master/store/column_names.hpp"
#include "master/store/database.hpp"
#include "master/store/json_text.hpp"
#include "master/store/schema.hpp"
#include "master/store/search_lines.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
#include "search/base/utc.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

/// Lookups in one read transaction. With one transaction for each lookup, locking the file would take ten times as long
/// as the lookup; a single one for all would keep writers of other searches waiting.
constexpr int lookups_a_transaction = 1000;

}  // namespace

std::uint64_t& count_of(StatusCounts& counts, Status status) {
  switch (status) {
    case Status::complete:
      return counts.complete;
    case Status::failed:
      return counts.failed;
    case Status::diverged:
      return counts.diverged;
    case Status::out_of_memory:
      return counts.out_of_memory;
    default:
      return counts.running;
  }
}

bool better(const RatedTrial& a, const RatedTrial& b, Goal goal) {
  if (std::isnan(a.metric) != std::isnan(b.metric)) return std::isnan(b.metric);
  if (a.metric < b.metric || a.metric > b.metric) return better(goal, a.metric, b.metric);
  return std::tie(a.training, a.trial) < std::tie(b.training, b.trial);
}

StoreDatabase::StoreDatabase(const std::filesystem::path& path, const Space& space, const std::string& fingerprint,
                             const StoreOptions& options)
    : file(path),
      name(space.name),
      metric(space.metric),
      goal(space.goal),
      metric_at(space.metric_at),
      seed(space.seed),
      method(space.method.name == "grid" ? "" : space.method.name),
      experiment(*space.experiment),
      sqlite(open_for_writing(path)),
      lease(lease_search(sqlite, path, space, fingerprint, options)),
      present(sqlite, space),
      signed_at(steady_time()),
      last_patience(options.last_patience),
      lookup(sqlite, fmt::format("SELECT id, status, attempt FROM trials WHERE search = ? AND identity = ?{}",
                                 identities_indexed(sqlite) ? "" : " AND training = ?")),
      select_metric(sqlite, fmt::format("SELECT {} FROM trials WHERE id = ?", choice_sql(metric, metric_at))),
      upsert(sqlite, upsert_sql()),
      sign(sqlite,
           "UPDATE searches SET writer_seen = ?, json_bytes = ? WHERE id = ? AND writer_host = ? AND writer_pid = ?"),
      epoch_rows(sqlite),
      best_epochs(sqlite, metric, goal),
      on_committed(options.committed) {
  const auto known = column_names(sqlite, ColumnKind::metric, experiment.name);
  metrics.insert(known.begin(), known.end());
  for (const Profile& profile : experiment.profiles)  // the profile's view shows all of its values in one column
    for (const Metric& m : profile.metrics)
      for (const Value& at : profile.at) metrics.insert(profile_metric(m.name, at));
  committed = read_tally();
  if (!options.json.empty()) open_json(options.json);
}

StoreDatabase::~StoreDatabase() {
  try {
    close();
  } catch (const std::exception&) {  // callers who want to know call close() themselves
  }
}

Tally StoreDatabase::read_tally() {
  Tally tally;
  SQLite::Statement counts(
      sqlite,
      present.among_others()
          ? fmt::format("SELECT status, count(*), min(id) FROM trials WHERE search = ?1{} GROUP BY status",
                        present.condition())
          // Uses the partial index on trials that are not complete; the complete ones are the rest.
          : "SELECT status, count(*), min(id) FROM trials WHERE search = ?1 AND status <> 'complete' GROUP BY status "
            "UNION ALL SELECT 'complete', (SELECT count(*) FROM trials WHERE search = ?1) - (SELECT count(*) "
            "FROM trials WHERE search = ?1 AND status <> 'complete'), NULL");
  counts.bind(1, lease.search);
  while (counts.executeStep())
    if (const Status status = parse_status(counts.getColumn(0).getString(), counts.getColumn(2).getInt64(), name);
        is_terminal(status))
      count_of(tally.counts, status) = static_cast<std::uint64_t>(counts.getColumn(1).getInt64());

  // Scans the table: going to each row from an index takes ten times as long where there are millions.
  SQLite::Statement best(
      sqlite, fmt::format("SELECT id, {} AS metric, training FROM trials "
                          "WHERE +search = ? AND status = 'complete'{} "
                          "ORDER BY metric {} NULLS LAST, training, id LIMIT 1",  // the alias makes SQLite parse each
                                                                                  // row's JSON only once
                          choice_sql(metric, metric_at), present.condition(), goal == Goal::minimize ? "ASC" : "DESC"));
  best.bind(1, lease.search);
  if (best.executeStep() && !best.isColumnNull(1))
    tally.best = {TrialId{static_cast<std::uint64_t>(best.getColumn(0).getInt64())}, best.getColumn(1).getDouble(),
                  TrainingId{static_cast<std::uint64_t>(best.getColumn(2).getInt64())}};
  return tally;
}

void StoreDatabase::open_json(const std::filesystem::path& path) {
  json.emplace(path, lease.json_agrees ? lease.json_bytes : 0);
  if (!lease.json_agrees) write_search_lines(sqlite, lease.search, name, path, *json);
}

std::optional<double> StoreDatabase::best_until(const Identity& curve, std::int64_t milestone) {
  auto best = best_epochs.find(lease.search, curve, milestone);
  for (const PendingEpoch& point : epochs) {
    if (point.curve != curve || point.epoch > milestone) continue;
    if (!std::isfinite(point.value) || (best && !better(goal, point.value, best->value))) continue;
    best = {point.epoch, point.value};
  }
  return best ? std::optional(best->value) : std::nullopt;
}

TrialRecord& StoreDatabase::next_row(const Training& training, std::size_t milestone, const WorkerInfo& worker) {
  if (pending == trials.size()) trials.emplace_back();
  PendingTrial& trial = trials[pending++];
  trial.metric = undefined_metric;
  TrialRecord& row = trial.record;
  const Configuration configuration = training.trial(milestone, experiment);
  row.identity = identity(configuration, experiment, seed);
  row.seed = seed;
  row.method = method;
  row.proposal.reset();
  if (!method.empty()) row.proposal = static_cast<std::int64_t>(training.id.value);
  row.bracket = training.rung ? std::optional<std::int64_t>(training.rung->bracket) : std::nullopt;
  row.rung = training.rung ? std::optional<std::int64_t>(training.rung->number) : std::nullopt;
  row.training = training.id;
  row.curve = curve_identity(training.configuration, experiment, seed);
  row.milestone.reset();
  if (experiment.milestone) row.milestone = std::get<std::int64_t>(configuration.values[*experiment.milestone]);
  row.configuration.clear();
  append_json(row.configuration, configuration, experiment);
  row.attempt = training.attempt;
  row.worker = worker;
  row.timings = {};
  row.metrics.clear();
  row.best_epoch.reset();
  row.best_metric.reset();
  row.error.clear();
  row.started = row.finished = 0;
  return row;
}

void StoreDatabase::learn(const Metrics& reported) {
  for (const auto& entry : reported)
    if (metrics.insert(entry.first).second) new_metrics.push_back(entry.first);
}

SQLite::Statement StoreDatabase::select_stored(const std::string& condition) {
  return {sqlite,
          fmt::format("SELECT id, search, CASE status WHEN 'complete' THEN {} END, training FROM trials WHERE {}",
                      choice_sql(metric, metric_at), condition)};
}

std::optional<StoredTrial> StoreDatabase::read_stored(SQLite::Statement& select) const {
  if (!select.executeStep()) return std::nullopt;
  const SQLite::Column value = select.getColumn(2);
  return StoredTrial{{TrialId{static_cast<std::uint64_t>(select.getColumn(0).getInt64())},
                      value.isNull() ? undefined_metric : value.getDouble(),
                      TrainingId{static_cast<std::uint64_t>(select.getColumn(3).getInt64())}},
                     select.getColumn(1).getInt64() == lease.search};
}

std::optional<FoundTrial> StoreDatabase::find(const Identity& key, TrainingId training) {
  lookup.tryReset();
  lookup.bind(1, lease.search);
  lookup.bindNoCopy(2, key.data(), static_cast<int>(key.size()));
  if (lookup.getBindParameterCount() == 3) lookup.bind(3, static_cast<std::int64_t>(training.value));
  if (!lookup.executeStep()) return std::nullopt;
  const std::int64_t id = lookup.getColumn(0).getInt64();
  const FoundTrial found{id, parse_status(lookup.getColumn(1).getString(), id, name), lookup.getColumn(2).getUInt()};
  lookup.reset();  // or the file would stay locked until the next one
  return found;
}

std::optional<double> StoreDatabase::metric_of(std::int64_t id) {
  std::optional<double> value;
  select_metric.tryReset();
  select_metric.bind(1, id);
  if (select_metric.executeStep() && !select_metric.isColumnNull(0)) value = select_metric.getColumn(0).getDouble();
  select_metric.reset();
  return value;
}

bool StoreDatabase::is_done(const Training& training) {
  if (present.among_others() || training.rung) return false;
  if (!done) done.emplace(sqlite, lease.search);
  return done->has(training.id, training.trials());
}

std::optional<FoundTrial> StoreDatabase::look_up(const Identity& key, TrainingId training) {
  if (lookups_left == 1) stop_looking();
  if (lookups_left == 0) {
    sqlite.exec("BEGIN");
    lookups_left = lookups_a_transaction;
  }
  --lookups_left;
  return find(key, training);
}

void StoreDatabase::stop_looking() {
  lookup.tryReset();
  if (lookups_left > 0) guarded(file, [&] { sqlite.exec("COMMIT"); });
  lookups_left = 0;
}

}  // namespace stormsweep
