#include "master/store/best_epoch.hpp"

#include <fmt/format.h>

#include <vector>

#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

/// Epoch and value of a curve's best epoch; `where` selects the curve. One step along the primary key of `epochs` per
/// epoch.
std::string best_sql(std::string_view metric, std::string_view goal, std::string_view where) {
  return fmt::format(
      "SELECT e.epoch, {} AS value FROM epochs e WHERE {} AND value IS NOT NULL ORDER BY value {}, e.epoch LIMIT 1",
      sql_member("e.metrics", metric), where, goal == to_string(Goal::minimize) ? "ASC" : "DESC");
}

}  // namespace

std::string choice_sql(std::string_view metric, MetricAt at) {
  return at == MetricAt::best ? "best_metric" : sql_member("metrics", metric);
}

BestEpochs::BestEpochs(SQLite::Database& database, std::string_view metric, Goal goal)
    : select_(database, best_sql(metric, to_string(goal), "e.search = ? AND e.curve = ? AND e.epoch <= ?")) {}

std::optional<BestEpochs::Best> BestEpochs::find(std::int64_t search, const Identity& curve, std::int64_t milestone) {
  select_.tryReset();
  select_.bind(1, search);
  select_.bindNoCopy(2, curve.data(), static_cast<int>(curve.size()));
  select_.bind(3, milestone);
  std::optional<Best> best;
  if (select_.executeStep()) best = {select_.getColumn(0).getInt64(), select_.getColumn(1).getDouble()};
  select_.reset();  // or the file would stay locked
  return best;
}

void BestEpochs::fill(std::int64_t search, TrialRecord& record) {
  record.best_epoch.reset();
  record.best_metric.reset();
  if (!record.milestone || record.status != Status::complete) return;
  if (const auto best = find(search, record.curve, *record.milestone)) {
    record.best_epoch = best->epoch;
    record.best_metric = best->value;
  }
}

void renew_best_epochs(SQLite::Database& database, std::int64_t search) {
  SQLite::Statement chosen(database, "SELECT metric, goal FROM searches WHERE id = ?");
  chosen.bind(1, search);
  if (!chosen.executeStep()) return;
  SQLite::Statement update(database,
                           fmt::format("UPDATE trials SET (best_epoch, best_metric) = ({}) "
                                       "WHERE search = ? AND milestone IS NOT NULL AND status = 'complete'",
                                       best_sql(chosen.getColumn(0).getString(), chosen.getColumn(1).getString(),
                                                "e.search = trials.search AND e.curve = trials.curve "
                                                "AND e.epoch <= trials.milestone")));
  update.bind(1, search);
  update.exec();
}

void renew_best_epochs(SQLite::Database& database) {
  SQLite::Statement searches(database, "SELECT id FROM searches");
  std::vector<std::int64_t> ids;
  while (searches.executeStep()) ids.push_back(searches.getColumn(0).getInt64());
  for (const std::int64_t id : ids) renew_best_epochs(database, id);
}

}  // namespace stormsweep
