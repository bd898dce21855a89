#include "master/store/reuse.hpp"

#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "master/store/best_epoch.hpp"
#include "master/store/column_names.hpp"
#include "master/store/database.hpp"
#include "master/store/epoch_rows.hpp"
#include "master/store/json_text.hpp"
#include "master/store/schema.hpp"
#include "master/store/shared_trainings.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
#include "search/base/table.hpp"
#include "search/space/cache_files.hpp"
#include "search/space/membership.hpp"

namespace stormsweep {

namespace {

/// Rows read at once. A file cannot be committed to while it is read, and its search may still be running.
constexpr int reused_rows = 5000;

struct Point {
  std::int64_t epoch;
  double seconds;
  std::string metrics;
};

/// Makes a row of an experiment that has more hyperparameters by now one of these, with those at their defaults.
/// Whether it was such a row.
bool renew(TrialRecord& record, const Experiment& experiment) {
  const auto configuration = parse_earlier_configuration(record.configuration, experiment);
  if (!configuration) return false;
  record.identity = identity(*configuration, experiment, record.seed);
  record.curve = curve_identity(*configuration, experiment, record.seed);
  record.configuration.clear();
  append_json(record.configuration, *configuration, experiment);
  return true;
}

class Reuse {
 public:
  Reuse(SQLite::Database& into, const Space& space, const ReuseOptions& options, const std::filesystem::path& from)
      : into_(into),
        space_(space),
        options_(options),
        from_file_(from),
        from_(open_for_reading(from)),
        membership_(space),
        best_epochs_(into, space.metric, space.goal),
        upsert_(into, upsert_sql()),
        epochs_(into),
        select_points_(from_, "SELECT epoch, seconds, metrics FROM epochs WHERE search = ? AND curve = ?") {}

  std::uint64_t run() {
    SQLite::Statement select(
        from_, "SELECT id, name, space FROM searches WHERE experiment = ? AND fingerprint = ? ORDER BY id");
    SQLite::bind(select, space_.experiment->name, options_.fingerprint);
    std::vector<std::pair<std::int64_t, std::string>>
        searches;  // all are read first: an open statement would keep the file locked
    while (select.executeStep()) {
      searches.emplace_back(select.getColumn(0).getInt64(), select.getColumn(1).getString());
      refuse_shared_otherwise(searches.back().second, select.getColumn(2).getString());
    }
    std::uint64_t copied = 0;
    for (const auto& [id, name] : searches) copied += copy_search(id, name);
    if (copied > 0) learn_metrics();
    return copied;
  }

 private:
  void refuse_shared_otherwise(const std::string& search, const std::string& text) const {
    const auto earlier = read_earlier(text, search);
    if (const std::string how = earlier ? shared_otherwise(*earlier, *space_.experiment) : ""; !how.empty())
      throw InputError(fmt::format("{}: search '{}' there has trainings by {}, as '{}' has now; reuse another database",
                                   from_file_.string(), search, how, space_.name));
  }

  std::uint64_t copy_search(std::int64_t search, const std::string& name) {
    SQLite::Statement select(
        from_, fmt::format("SELECT id, {} FROM trials WHERE search = ? AND id > ? AND {}{} ORDER BY id LIMIT {}",
                           trial_column_list(), has_ended,
                           options_.only_kept ? " AND status NOT IN ('failed', 'diverged', 'out_of_memory')" : "",
                           reused_rows));
    std::uint64_t copied = 0;
    std::vector<TrialRecord> records;
    std::int64_t last = 0;
    do {
      records.clear();
      select.tryReset();
      SQLite::bind(select, search, last);
      while (select.executeStep()) {
        last = select.getColumn(0).getInt64();
        records.push_back(read_record(select, 1, name));
      }
      select.reset();
      for (TrialRecord& record : records) {
        const Identity curve = record.curve;
        if (is_of_space(record) || (renew(record, *space_.experiment) && is_of_space(record)))
          copied += copy(search, curve, record);
      }
    } while (records.size() == reused_rows);
    return copied;
  }

  bool is_of_space(const TrialRecord& record) const {
    if (record.seed != space_.seed) return false;
    const auto configuration = parse_configuration(record.configuration, *space_.experiment);
    return configuration && membership_.has(*configuration) &&
           identity(*configuration, *space_.experiment, space_.seed) == record.identity;
  }

  /// `curve`: the key of its curve there.
  bool copy(std::int64_t search, const Identity& curve, TrialRecord& record) {
    if (!std::exchange(indexed_, true)) index_identities(into_);  // trainings may have other numbers there
    copy_curve(search, curve, record.curve);
    record.method.clear();  // its place in a method there means nothing here
    record.proposal.reset(), record.bracket.reset(), record.rung.reset();
    best_epochs_.fill(options_.search, record);
    upsert_.tryReset();
    upsert_.bind(1, options_.search);
    bind_record(upsert_, 2, record);
    return upsert_.exec() > 0;
  }

  void copy_curve(std::int64_t search, const Identity& curve, const Identity& here) {
    std::vector<Point> points;
    select_points_.tryReset();
    select_points_.bind(1, search);
    select_points_.bindNoCopy(2, curve.data(), static_cast<int>(curve.size()));
    while (select_points_.executeStep())
      points.push_back({select_points_.getColumn(0).getInt64(), select_points_.getColumn(1).getDouble(),
                        select_points_.getColumn(2).getString()});
    select_points_.reset();
    for (const Point& point : points)
      epochs_.insert(options_.search, std::as_bytes(std::span(here)), point.epoch, point.seconds, point.metrics);
  }

  /// Declares metrics that trials reported though the experiment had not declared them.
  void learn_metrics() {
    const std::string& experiment = space_.experiment->name;
    if (declare(into_, ColumnKind::metric, experiment, column_names(from_, ColumnKind::metric, experiment)))
      create_views(into_);
  }

  SQLite::Database& into_;
  const Space& space_;
  const ReuseOptions& options_;
  const std::filesystem::path& from_file_;
  SQLite::Database from_;
  Membership membership_;
  BestEpochs best_epochs_;
  SQLite::Statement upsert_;
  EpochRows epochs_;
  SQLite::Statement select_points_;
  bool indexed_ = false;
};

}  // namespace

std::uint64_t reuse_trials(SQLite::Database& into, const Space& space, const ReuseOptions& options,
                           const std::filesystem::path& from) {
  return guarded(from, [&] { return Reuse(into, space, options, from).run(); });
}

std::string rows_of_earlier_experiment(const std::filesystem::path& file, const Space& space) {
  if (!holds_results(file)) return "";
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&]() -> std::string {
    SQLite::Statement oldest(database,
                             "SELECT search, configuration FROM trials WHERE search = (SELECT id FROM searches WHERE "
                             "name = ?) ORDER BY id LIMIT 1");
    oldest.bind(1, space.name);
    if (!oldest.executeStep()) return "";
    const auto json = nlohmann::json::parse(oldest.getColumn(1).getString(), nullptr, false);
    std::vector<std::string> lacking, conditions;
    for (const Hyperparameter& h : space.experiment->hyperparameters) {
      if (!json.is_object() || json.contains(h.name)) continue;
      lacking.push_back(h.name);
      conditions.push_back(sql_member("configuration", h.name) + " IS NULL");
    }
    if (lacking.empty()) return "";
    SQLite::Statement rows(
        database, fmt::format("SELECT count(*) FROM trials WHERE search = ? AND ({})", fmt::join(conditions, " OR ")));
    rows.bind(1, oldest.getColumn(0).getInt64());
    rows.executeStep();
    return fmt::format(
        "{0}: of search '{2}' {1} rows lack {3}, which its experiment has by now, and are none of its trials; "
        "run it with --reuse {0} and another --results, which takes them at the default",
        file.string(), grouped(static_cast<std::uint64_t>(rows.getColumn(0).getInt64())), space.name,
        fmt::join(lacking, ", "));
  });
}

}  // namespace stormsweep
