#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/base/id.hpp"
#include "search/space/outcome.hpp"
#include "search/space/worker_info.hpp"

namespace stormsweep {

/// A trial as it is stored: one row of the table `trials`, configuration and metrics as JSON text.
struct TrialRecord {
  Identity identity{};
  TrainingId training;
  Identity curve{};                       ///< key of its training's curves
  std::optional<std::int64_t> milestone;  ///< its epochs, where the experiment has milestones
  std::uint64_t seed = 0;
  std::string method;                         ///< that asked for it; empty: grid
  std::optional<std::int64_t> proposal;       ///< its number in the method's sequence, from 0; of a grid none
  std::optional<std::int64_t> bracket, rung;  ///< from 0, where the method has them
  Status status = Status::waiting;
  std::uint32_t attempt = 1;
  WorkerInfo worker;
  std::string configuration;
  Timings timings;      ///< all 0: not measured, and NULL in the table, so that means are of what was measured
  std::string metrics;  ///< empty while it runs
  std::optional<std::int64_t> best_epoch;  ///< of its curve up to the milestone, by the search's metric
  std::optional<double> best_metric;       ///< the search's metric there
  std::string error;
  double started = 0, finished = 0;  ///< 0: unknown

  bool operator==(const TrialRecord&) const = default;
};

/// How the view `results` shows a column.
enum class Shown {
  no,
  plain,
  date,             ///< seconds since 1970 as ISO 8601
  hyperparameters,  ///< a column for each one in the JSON text
  metrics           ///< likewise
};

/// A column of the table `trials`.
struct TrialColumn {
  std::string_view name,
      type;  ///< type: as SQL declares it. Where it may be NULL, it is for empty texts and times of 0
  Shown shown = Shown::plain;

  bool may_be_null() const { return !type.ends_with("NOT NULL"); }
};

/// Calls `visit(column, member)` for every column and the member of `record` that holds its value. This is the one list
/// of them: the table, the view, reading, writing, JSON lines and the names that experiments may not use follow from
/// it, and their order in the view is this one. "timings" stands for all of timing_columns. A new column is a new line
/// here and one in the upgrades of master/store/schema.cpp.
template <class Record, class Visit>
void each_column(Record& record, Visit&& visit) {
  using Column = TrialColumn;
  visit(Column{"identity", "BLOB NOT NULL", Shown::no}, record.identity);
  visit(Column{"training", "INTEGER NOT NULL"}, record.training.value);
  visit(Column{"curve", "BLOB NOT NULL", Shown::no}, record.curve);
  visit(Column{"milestone", "INTEGER", Shown::no}, record.milestone);
  visit(Column{"seed", "INTEGER NOT NULL"}, record.seed);
  visit(Column{"method", "TEXT"}, record.method);
  visit(Column{"proposal", "INTEGER"}, record.proposal);
  visit(Column{"bracket", "INTEGER"}, record.bracket);
  visit(Column{"rung", "INTEGER"}, record.rung);
  visit(Column{"status", "TEXT NOT NULL"}, record.status);
  visit(Column{"attempt", "INTEGER NOT NULL"}, record.attempt);
  visit(Column{"worker", "INTEGER"}, record.worker.id.value);
  visit(Column{"host", "TEXT"}, record.worker.host);
  visit(Column{"device", "TEXT"}, record.worker.device);
  visit(Column{"threads", "INTEGER"}, record.worker.threads);
  visit(Column{"gang", "INTEGER"}, record.worker.gang);
  visit(Column{"ranks", "TEXT"}, record.worker.ranks);
  visit(Column{"cpu", "TEXT"}, record.worker.cpu);
  visit(Column{"versions", "TEXT"}, record.worker.versions);
  visit(Column{"configuration", "TEXT NOT NULL", Shown::hyperparameters}, record.configuration);
  visit(Column{"timings", "REAL"}, record.timings);
  visit(Column{"metrics", "TEXT", Shown::metrics}, record.metrics);
  visit(Column{"best_epoch", "INTEGER"}, record.best_epoch);
  visit(Column{"best_metric", "REAL"}, record.best_metric);
  visit(Column{"error", "TEXT"}, record.error);
  visit(Column{"started", "REAL", Shown::date}, record.started);
  visit(Column{"finished", "REAL", Shown::date}, record.finished);
}

/// All columns in that order, timings one by one.
const std::vector<TrialColumn>& trial_columns();

/// Whether the view `results` has a column `name` for every experiment.
bool is_result_column(std::string_view name);

/// Columns of groups of trials (`results --over`): how many they are, the lowest numbers; and what follows a
/// column's name where it is the standard deviation, or the number, of what its mean is of.
inline constexpr const char* group_size_column = "trials";
inline constexpr const char* group_first_column = "first_trial";
inline constexpr const char* group_first_training = "first_training";
inline constexpr const char* deviation_suffix = "_sd";
inline constexpr const char* number_suffix = "_n";

}  // namespace stormsweep
