#include "master/store/store_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "master/store/column_names.hpp"
#include "master/store/database.hpp"
#include "master/store/json_text.hpp"
#include "master/store/schema.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

/// Pause between two attempts of `settle`.
constexpr std::chrono::milliseconds breath{200};

int milliseconds(Seconds time) {
  return static_cast<int>(std::max(0.0, 1000 * time.count()));
}

}  // namespace

std::uint64_t StoreDatabase::settle() {
  const Seconds begun = steady_time();
  while (!commit(unix_time(), last_patience - (steady_time() - begun))) {
    if (steady_time() - begun >= last_patience)
      return static_cast<std::uint64_t>(
          std::count_if(trials.begin(), trials.begin() + static_cast<std::ptrdiff_t>(pending),
                        [](const PendingTrial& trial) { return is_terminal(trial.record.status); }));
    std::this_thread::sleep_for(breath);  // on a full disk commit fails without waiting
  }
  return 0;
}

void StoreDatabase::close() {
  if (std::exchange(closed, true)) return;
  if (!commit(unix_time(), problem.empty() ? last_patience : Seconds(0))) return;  // it has waited already
  json.reset();  // before the lease ends: the next writer may claim them at once
  lease.json_lock.reset();
  guarded(file, [&] {
    end_lease(sqlite, lease.search, writer);
    sqlite.exec("PRAGMA journal_mode = DELETE");  // leaves no empty journal behind
  });
}

bool StoreDatabase::commit(double now, Seconds patience) {
  using Behavior = SQLite::TransactionBehavior;
  stop_looking();
  const bool nothing = pending == 0 && epochs.empty() && proposals.empty() && !width;
  if (nothing && steady_time() - signed_at < sign_of_life) return true;
  Tally next = committed;
  ended.clear();
  sqlite.setBusyTimeout(milliseconds(patience));
  try {
    guarded(file, [&] {
      // After a refusal, lock the file exclusively first, rather than write many rows in vain.
      SQLite::Transaction transaction(sqlite, problem.empty() ? Behavior::IMMEDIATE : Behavior::EXCLUSIVE);
      // A commit may take effect although its end was refused: its rows are this search's own, and yet to be told.
      retried = !problem.empty() && last_sign() == attempted ? attempted_trials : 0;
      attempted = now, attempted_trials = pending;
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
  signed_at = steady_time();
  pending = 0;
  epochs.clear();
  proposals.clear();
  width.reset();
  new_metrics.clear();
  report_committed();
  return true;
}

void StoreDatabase::report_committed() {
  for (const EndedTrial& trial : ended) on_committed(trial.trial, trial.identity);
  ended.clear();
}

void StoreDatabase::write(Tally& next, double now) {
  lines.clear();
  for (const PendingEpoch& row : epochs)  // first: best epochs of trials are read from them
    epoch_rows.insert(lease.search, std::as_bytes(std::span(row.curve)), row.epoch, row.seconds, row.metrics);
  write_proposals();
  for (std::size_t i = 0; i < pending; ++i) write_trial(trials[i], i < retried, next);
  if (!new_metrics.empty() && declare(sqlite, ColumnKind::metric, experiment.name, new_metrics)) create_views(sqlite);
  write_sign(now);  // before the lines: a process that has taken over may be writing them
  // Lines reach the disk before the database stores their length; after a crash anything beyond that length is
  // truncated.
  if (json) {
    json->append(lines);
    json->sync();
  }
}

void StoreDatabase::write_trial(PendingTrial& trial, bool again, Tally& next) {
  TrialRecord& record = trial.record;
  best_epochs.fill(lease.search, record);
  if (metric_at == MetricAt::best) trial.metric = record.best_metric.value_or(undefined_metric);
  const auto before = sqlite.getLastInsertRowid();
  upsert.tryReset();
  upsert.bind(1, lease.search);
  bind_record(upsert, 2, record);
  const bool written = trial.written = upsert.exec() > 0 || (again && trial.written);
  if (!is_terminal(record.status) || (!written && !on_committed)) return;
  auto id = sqlite.getLastInsertRowid();
  Status status = record.status;
  if (!written || id == before) {  // the row existed already
    const FoundTrial row = find(record.identity, record.training).value();
    id = row.id;
    status = row.status;
  }
  const bool complete = status == Status::complete && record.status == status;
  const RatedTrial rated{TrialId{static_cast<std::uint64_t>(id)}, complete ? trial.metric : undefined_metric,
                         record.training};
  if (on_committed) ended.push_back({rated, record.identity});
  if (!written) return;
  ++count_of(next.counts, record.status);
  next.consider(rated, goal);
  if (json) append_line(lines, name, rated.trial, record);
}

void StoreDatabase::write_proposals() {
  if (width) {
    SQLite::Statement update(sqlite, "UPDATE searches SET width = ? WHERE id = ?");
    SQLite::bind(update, static_cast<std::int64_t>(*width), lease.search);
    update.exec();
  }
  if (proposals.empty()) return;
  SQLite::Statement insert(sqlite, "INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?)");
  for (const Proposed& proposal : proposals) {
    std::string configuration;
    append_json(configuration, proposal.configuration, experiment);
    insert.bind(1, lease.search);
    insert.bind(2, static_cast<std::int64_t>(proposal.number));
    insert.bind(3, configuration);
    if (!proposal.parameters.empty()) insert.bind(4, proposal.parameters);
    insert.exec();
    insert.reset();
    insert.clearBindings();
  }
}

double StoreDatabase::last_sign() {
  SQLite::Statement select(sqlite, "SELECT writer_seen FROM searches WHERE id = ?");
  select.bind(1, lease.search);
  return select.executeStep() ? select.getColumn(0).getDouble() : 0;
}

void StoreDatabase::write_sign(double now) {
  sign.tryReset();
  sign.clearBindings();
  sign.bind(1, now);
  if (json) sign.bind(2, static_cast<std::int64_t>(json->written() + lines.size()));
  sign.bind(3, lease.search);
  sign.bind(4, writer.host);
  sign.bind(5, writer.pid);
  if (sign.exec() != 1)
    throw InputError(fmt::format(
        "{}: another process has taken over search '{}', because this one (process {} on {}) had not committed "
        "for {:.0f} s; let that one go on",
        file.string(), name, writer.pid, writer.host, (steady_time() - signed_at).count()));
  sign.reset();
}

}  // namespace stormsweep
