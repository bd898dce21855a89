#include "master/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "master/store/database.hpp"
#include "master/store/json_text.hpp"
#include "master/store/store_database.hpp"
#include "master/store/stored_proposals.hpp"
#include "master/store/timed_trainings.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/text.hpp"
#include "search/base/utc.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

double value_of(const Metrics& metrics, std::string_view name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const auto& each) { return each.first == name; });
  return found == metrics.end() ? undefined_metric : found->second;
}

Store::Store(const std::filesystem::path& path, const Space& space, const std::string& fingerprint,
             const Options& options)
    : database_(guarded(path, [&] { return std::make_unique<StoreDatabase>(path, space, fingerprint, options); })) {}

Store::~Store() = default;

std::uint64_t Store::reused() const {
  return database_->lease.reused;
}

std::optional<Training> Store::missing(Training training) {
  StoreDatabase& db = *database_;
  if (!db.lease.resumed) return training;
  if (guarded(db.file, [&] { return db.is_done(training); })) return std::nullopt;
  std::vector<std::int64_t> milestones;
  bool any = false;
  for (std::size_t k = 0; k < training.trials(); ++k) {
    const Identity key = identity(training.trial(k, db.experiment), db.experiment, db.seed);
    if (const auto row = guarded(db.file, [&] { return db.look_up(key, training.id); })) {
      if (is_terminal(row->status)) continue;
      training.attempt = std::max(training.attempt, row->attempt);
    }
    any = true;
    if (!training.milestones.empty()) milestones.push_back(training.milestones[k]);
  }
  if (!any) return std::nullopt;
  if (!milestones.empty()) training.configuration.values[*db.experiment.milestone] = milestones.back();
  training.milestones = std::move(milestones);
  return training;
}

std::optional<Ended> Store::ended(const Training& training, std::size_t milestone) {
  StoreDatabase& db = *database_;
  if (!db.lease.resumed) return std::nullopt;
  const Identity key = identity(training.trial(milestone, db.experiment), db.experiment, db.seed);
  return guarded(db.file, [&]() -> std::optional<Ended> {
    const auto row = db.look_up(key, training.id);
    if (!row || !is_terminal(row->status)) return std::nullopt;
    Ended ended{.value = {}, .out_of_memory = row->status == Status::out_of_memory};
    if (row->status == Status::complete) ended.value = db.metric_of(row->id);
    if (db.present.take_up(key)) {
      ++count_of(db.committed.counts, row->status);
      const TrialId trial{static_cast<std::uint64_t>(row->id)};
      db.committed.consider({trial, ended.value.value_or(undefined_metric), training.id}, db.goal);
    }
    return ended;
  });
}

std::optional<double> Store::best_until(const Training& training, std::size_t milestone) {
  StoreDatabase& db = *database_;
  if (training.milestones.empty()) return std::nullopt;
  const Identity curve = curve_identity(training.configuration, db.experiment, db.seed);
  return guarded(db.file, [&] { return db.best_until(curve, training.milestones[milestone]); });
}

ProposalHistory Store::proposals() {
  StoreDatabase& db = *database_;
  return guarded(db.file, [&] { return read_proposals(db.sqlite, db.lease.search, db.experiment); });
}

void Store::keep_width(std::uint64_t width) {
  database_->width = width;
}

std::vector<Configuration> Store::unproposed() {
  StoreDatabase& db = *database_;
  return guarded(db.file, [&] { return read_unproposed(db.sqlite, db.lease.search, db.experiment, db.seed); });
}

void Store::keep(const Proposed& proposal) {
  database_->proposals.push_back(proposal);
}

void Store::start(const Training& training, std::size_t milestone, const WorkerInfo& worker, double now) {
  TrialRecord& row = database_->next_row(training, milestone, worker);
  row.status = Status::running;
  row.started = now;
  database_->running.insert(row.identity);
}

void Store::finish(const Training& training, std::size_t milestone, const WorkerInfo& worker, const Outcome& outcome) {
  StoreDatabase& db = *database_;
  TrialRecord& row = db.next_row(training, milestone, worker);
  row.status = outcome.status;
  row.timings = outcome.timings;
  row.timings.rank_seconds = outcome.timings.wall * worker.gang;
  append_json(row.metrics, outcome.metrics);
  row.error = one_line(outcome.error);  // so that tables and messages that show it are not broken up
  row.started = outcome.started;
  row.finished = outcome.finished;
  db.running.erase(row.identity);
  db.learn(outcome.metrics);
  db.trials[db.pending - 1].metric = value_of(outcome.metrics, db.metric);
}

void Store::add_epochs(const Training& training, const std::vector<EpochRecord>& records) {
  StoreDatabase& db = *database_;
  const Identity curve = curve_identity(training.configuration, db.experiment, db.seed);
  for (const EpochRecord& record : records) {
    db.learn(record.metrics);
    const double value = value_of(record.metrics, db.metric);
    Metrics shown = record.metrics;
    std::erase_if(shown, [&](const auto& metric) { return db.experiment.is_profile_point(metric.first); });
    append_json(db.epochs.emplace_back(curve, record.epoch, record.seconds, value, "").metrics, shown);
  }
}

bool Store::commit(Seconds patience) {
  return database_->commit(unix_time(), patience);
}

const std::string& Store::problem() const {
  return database_->problem;
}

std::uint64_t Store::settle() {
  return database_->settle();
}

void Store::close() {
  database_->close();
}

void Store::each_completed(std::size_t most, const std::function<void(const Configuration&, double)>& each) {
  StoreDatabase& db = *database_;
  if (!db.lease.resumed) return;
  guarded(db.file, [&] {
    // If the search makes up most of the table, its newest rows are at the end: reading from there (+) avoids sorting
    // all of them.
    const auto rows = static_cast<std::int64_t>(db.committed.counts.terminal());
    const bool is_most = 2 * rows >= db.sqlite.execAndGet("SELECT ifnull(max(id), 0) FROM trials").getInt64();
    each_timed(db.sqlite, db.experiment, fmt::format("{}search = {}", is_most ? "+" : "", db.lease.search), most, each);
  });
}

std::optional<StoredTrial> Store::find(TrialId trial) {
  return guarded(database_->file, [&] {
    SQLite::Statement select = database_->select_stored("id = ?");
    select.bind(1, static_cast<std::int64_t>(trial.value));
    return database_->read_stored(select);
  });
}

std::optional<StoredTrial> Store::find(const Identity& identity) {
  return guarded(database_->file, [&] {
    SQLite::Statement select = database_->select_stored("search = ? AND identity = ?");
    select.bind(1, database_->lease.search);
    select.bind(2, identity.data(), static_cast<int>(identity.size()));
    return database_->read_stored(select);
  });
}

std::set<Identity> Store::abandoned(const std::set<Identity>& curves) {
  if (curves.empty()) return {};  // without reading all rows
  StoreDatabase& db = *database_;
  return guarded(db.file, [&] {
    const auto each_curve = [&](const char* condition, const auto& use) {
      SQLite::Statement select(db.sqlite, fmt::format("SELECT curve FROM trials WHERE {}", condition));
      select.bind(1, db.lease.search);
      while (select.executeStep())
        if (const auto curve = read_identity(select.getColumn(0)); curve && curves.contains(*curve)) use(*curve);
    };
    SQLite::Statement others(db.sqlite,
                             "SELECT EXISTS (SELECT 1 FROM searches a JOIN searches b ON a.fingerprint = b.fingerprint "
                             "WHERE a.id = ?1 AND b.id <> ?1)");
    others.bind(1, db.lease.search);
    others.executeStep();
    std::set<Identity> left = curves;
    if (others.getColumn(0).getInt() != 0) {
      left.clear();  // in one scan, because there is no index on curves
      each_curve("+search = ?", [&](const Identity& curve) { left.insert(curve); });
    }
    each_curve("search = ? AND status <> 'complete' AND status IN ('failed', 'out_of_memory')",
               [&](const Identity& curve) { left.erase(curve); });
    return left;
  });
}

StatusCounts Store::counts() const {
  StatusCounts counts = database_->committed.counts;
  for (std::size_t i = 0; i < database_->pending; ++i)
    if (const Status status = database_->trials[i].record.status; is_terminal(status)) ++count_of(counts, status);
  counts.running = database_->running.size();
  return counts;
}

std::optional<RatedTrial> Store::best() const {
  return database_->committed.best;
}

}  // namespace stormsweep
