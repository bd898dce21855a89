#include "master/store/store_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

#include "master/store/column_names.hpp"
#include "master/store/database.hpp"
#include "master/store/json_text.hpp"
#include "master/store/schema.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
#include "search/base/utc.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

/// A writer that has nothing to write gives a sign of life after so long.
constexpr Seconds sign_of_life{10};

/// Between two attempts of `settle`.
constexpr std::chrono::milliseconds breath{200};

/// Lookups in one read transaction: each one of its own would take and release the file's lock, 10 times the time of
/// the lookup itself; one for all would keep the writers of other searches waiting.
constexpr int lookups_a_transaction = 1000;

/// Bytes of JSON lines that are held before they go to the file, when it is written anew.
constexpr std::size_t json_chunk = 1 << 20;

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

int milliseconds(Seconds time) {
  return static_cast<int>(std::max(0.0, 1000 * time.count()));
}

Seconds steady() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

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
    case Status::pruned:
      return counts.pruned;
    default:
      return counts.running;
  }
}

StoreDatabase::StoreDatabase(const std::filesystem::path& path, const Space& space, const std::string& fingerprint,
                             const StoreOptions& options)
    : file(path),
      name(space.name),
      metric(space.metric),
      goal(space.goal),
      seed(space.seed),
      experiment(*space.experiment),
      sqlite(open_for_writing(path)),
      lease(lease_search(sqlite, path, space, fingerprint, options)),
      present(sqlite, space),
      signed_at(steady()),
      last_patience(options.last_patience),
      lookup(sqlite, fmt::format("SELECT id, status, attempt FROM trials WHERE search = ? AND identity = ?{}",
                                 identities_indexed(sqlite) ? "" : " AND training = ?")),
      upsert(sqlite, upsert_sql()),
      insert_epoch(sqlite,
                   "INSERT OR IGNORE INTO epochs (search, curve, epoch, seconds, metrics) VALUES (?, ?, ?, ?, ?)"),
      sign(sqlite,
           "UPDATE searches SET writer_seen = ?, json_bytes = ? WHERE id = ? AND writer_host = ? AND writer_pid = ?"),
      on_committed(options.committed) {
  const auto known = column_names(sqlite, ColumnKind::metric, experiment.name);
  metrics.insert(known.begin(), known.end());
  for (const Profile& profile : experiment.profiles)  // their view has a column for all values of each
    for (const Metric& m : profile.metrics)
      for (const Value& at : profile.at) metrics.insert(profile_metric(m.name, at));
  committed = read_tally();
  if (!options.json.empty()) open_json(json_file(space, options.json));
}

StoreDatabase::~StoreDatabase() {
  try {
    close();
  } catch (const std::exception&) {  // callers who want to know call it before
  }
}

std::uint64_t StoreDatabase::settle() {
  const Seconds begun = steady();
  while (!commit(unix_time(), last_patience - (steady() - begun))) {
    if (steady() - begun >= last_patience)
      return static_cast<std::uint64_t>(
          std::count_if(trials.begin(), trials.begin() + static_cast<std::ptrdiff_t>(pending),
                        [](const PendingTrial& trial) { return is_terminal(trial.record.status); }));
    std::this_thread::sleep_for(breath);  // a full disk does not wait by itself
  }
  return 0;
}

void StoreDatabase::close() {
  if (std::exchange(closed, true)) return;
  if (!commit(unix_time(), problem.empty() ? last_patience : Seconds(0))) return;  // no waiting twice
  guarded(file, [&] {
    end_lease(sqlite, lease.search, writer);
    sqlite.exec("PRAGMA journal_mode = DELETE");  // leaves no empty journal behind
  });
}

Tally StoreDatabase::read_tally() {
  Tally tally;
  SQLite::Statement counts(
      sqlite,
      present.among_others()
          ? fmt::format("SELECT status, count(*), min(id) FROM trials WHERE search = ?1{} GROUP BY status",
                        present.condition())
          // By way of the partial index of what is not complete: the complete ones are the rest.
          : "SELECT status, count(*), min(id) FROM trials WHERE search = ?1 AND status <> 'complete' GROUP BY status "
            "UNION ALL SELECT 'complete', (SELECT count(*) FROM trials WHERE search = ?1) - (SELECT count(*) "
            "FROM trials WHERE search = ?1 AND status <> 'complete'), NULL");
  counts.bind(1, lease.search);
  while (counts.executeStep())
    if (const Status status = parse_status(counts.getColumn(0).getString(), counts.getColumn(2).getInt64(), name);
        is_terminal(status))
      count_of(tally.counts, status) = static_cast<std::uint64_t>(counts.getColumn(1).getInt64());

  SQLite::Statement best(sqlite,
                         fmt::format("SELECT id, json_extract(metrics, '$.{}') AS metric FROM trials "
                                     "WHERE search = ? AND status = 'complete' AND metric IS NOT NULL{} "
                                     "ORDER BY metric {}, id LIMIT 1",
                                     sql_name(metric), present.condition(), goal == Goal::minimize ? "ASC" : "DESC"));
  best.bind(1, lease.search);
  if (best.executeStep())
    tally.best = {TrialId{static_cast<std::uint64_t>(best.getColumn(0).getInt64())}, best.getColumn(1).getDouble()};
  return tally;
}

void StoreDatabase::open_json(const std::filesystem::path& path) {
  json.emplace(path, lease.json_agrees ? lease.json_bytes : 0);
  if (lease.json_agrees) return;
  SQLite::Statement select(sqlite, fmt::format("SELECT id, {} FROM trials WHERE search = ? AND status NOT IN "
                                               "('waiting', 'running') ORDER BY id",
                                               trial_column_list()));
  select.bind(1, lease.search);
  const auto flush = [&] {
    json->append(lines);
    lines.clear();
  };
  while (select.executeStep()) {
    const TrialId id{static_cast<std::uint64_t>(select.getColumn(0).getInt64())};
    append_line(lines, name, id, read_record(select, 1, name));
    if (lines.size() > json_chunk) flush();
  }
  flush();
  json->sync();
  select.reset();
  SQLite::Statement update(sqlite, "UPDATE searches SET json_file = ?, json_bytes = ? WHERE id = ?");
  SQLite::bind(update, path.string(), static_cast<std::int64_t>(json->written()), lease.search);
  update.exec();
  json->keep();
}

TrialRecord& StoreDatabase::next_row(const Training& training, std::size_t milestone, const WorkerInfo& worker) {
  if (pending == trials.size()) trials.emplace_back();
  PendingTrial& trial = trials[pending++];
  trial.metric = undefined;
  TrialRecord& row = trial.record;
  const Configuration configuration = training.trial(milestone, experiment);
  row.identity = identity(configuration, experiment, seed);
  row.seed = seed;
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
  row.error.clear();
  row.started = row.finished = 0;
  return row;
}

void StoreDatabase::learn(const Metrics& reported) {
  for (const auto& entry : reported)
    if (metrics.insert(entry.first).second) new_metrics.push_back(entry.first);
}

bool StoreDatabase::commit(double now, Seconds patience) {
  using Behavior = SQLite::TransactionBehavior;
  stop_looking();
  if (pending == 0 && epochs.empty() && steady() - signed_at < sign_of_life) return true;
  Tally next = committed;
  ended.clear();
  sqlite.setBusyTimeout(milliseconds(patience));
  try {
    guarded(file, [&] {
      // After a refusal, the file first: there may be many rows to write in vain.
      SQLite::Transaction transaction(sqlite, problem.empty() ? Behavior::IMMEDIATE : Behavior::EXCLUSIVE);
      write(next, now);
      transaction.commit();
    });
    problem.clear();
  } catch (const NotNow& error) {
    problem = error.what();
  } catch (const InputError&) {
    if (json) json->forget();
    throw;
  }
  sqlite.setBusyTimeout(busy_timeout);
  if (!problem.empty()) {
    if (json) json->forget();
    return false;
  }
  if (json) json->keep();
  committed = next;
  writer.seen = now;
  signed_at = steady();
  pending = 0;
  epochs.clear();
  new_metrics.clear();
  report_committed();
  return true;
}

void StoreDatabase::report_committed() {
  for (const EndedTrial& trial : ended) on_committed(trial.trial, trial.identity, trial.metric);
  ended.clear();
}

void StoreDatabase::write(Tally& next, double now) {
  lines.clear();
  for (std::size_t i = 0; i < pending; ++i) write_trial(trials[i], next);
  for (const PendingEpoch& row : epochs) write_epoch(row);
  if (!new_metrics.empty() && declare(sqlite, ColumnKind::metric, experiment.name, new_metrics)) create_views(sqlite);
  // The lines are on the disk before the database says so: what a crash leaves beyond the length that it knows is cut
  // off.
  if (json) {
    json->append(lines);
    json->sync();
  }
  write_sign(now);
}

void StoreDatabase::write_trial(const PendingTrial& trial, Tally& next) {
  const TrialRecord& record = trial.record;
  const auto before = sqlite.getLastInsertRowid();
  upsert.tryReset();
  upsert.bind(1, lease.search);
  bind_record(upsert, 2, record);
  const bool written = upsert.exec() > 0;
  if (!is_terminal(record.status) || (!written && !on_committed)) return;
  auto id = sqlite.getLastInsertRowid();
  Status status = record.status;
  if (!written || id == before) {  // it had ended, or waited or ran before
    const FoundTrial row = find(record.identity, record.training).value();
    id = row.id;
    status = row.status;
  }
  const TrialId trial_id{static_cast<std::uint64_t>(id)};
  if (on_committed) {
    const bool complete = status == Status::complete && record.status == status;
    ended.push_back({trial_id, record.identity, complete ? trial.metric : undefined});
  }
  if (!written) return;
  ++count_of(next.counts, record.status);
  if (record.status == Status::complete) next.consider(trial_id, trial.metric, goal);
  if (json) append_line(lines, name, trial_id, record);
}

SQLite::Statement StoreDatabase::select_stored(const std::string& condition) {
  return {sqlite, fmt::format("SELECT id, search, CASE status WHEN 'complete' THEN json_extract(metrics, '$.{}') END "
                              "FROM trials WHERE {}",
                              sql_name(metric), condition)};
}

std::optional<StoredTrial> StoreDatabase::read_stored(SQLite::Statement& select) const {
  if (!select.executeStep()) return std::nullopt;
  const SQLite::Column value = select.getColumn(2);
  return StoredTrial{TrialId{static_cast<std::uint64_t>(select.getColumn(0).getInt64())},
                     select.getColumn(1).getInt64() == lease.search, value.isNull() ? undefined : value.getDouble()};
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

void StoreDatabase::write_epoch(const PendingEpoch& row) {
  insert_epoch.tryReset();
  insert_epoch.bind(1, lease.search);
  insert_epoch.bindNoCopy(2, row.curve.data(), static_cast<int>(row.curve.size()));
  insert_epoch.bind(3, row.epoch);
  insert_epoch.bind(4, row.seconds);
  insert_epoch.bindNoCopy(5, row.metrics);
  insert_epoch.exec();
  insert_epoch.reset();
}

void StoreDatabase::write_sign(double now) {
  sign.tryReset();
  sign.clearBindings();
  sign.bind(1, now);
  if (json) sign.bind(2, static_cast<std::int64_t>(json->written()));
  sign.bind(3, lease.search);
  sign.bind(4, writer.host);
  sign.bind(5, writer.pid);
  if (sign.exec() != 1)
    throw InputError(fmt::format(
        "{}: another process has taken over search '{}', because this one (process {} on {}) had not committed "
        "for {:.0f} s; let that one go on",
        file.string(), name, writer.pid, writer.host, (steady() - signed_at).count()));
  sign.reset();
}

}  // namespace stormsweep
