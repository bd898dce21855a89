#include "master/store/reuse.hpp"

#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "master/store/best_epoch.hpp"
#include "master/store/column_names.hpp"
#include "master/store/database.hpp"
#include "master/store/epoch_rows.hpp"
#include "master/store/schema.hpp"
#include "master/store/shared_trainings.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
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
      for (TrialRecord& record : records)
        if (is_of_space(record)) copied += copy(search, record);
    } while (records.size() == reused_rows);
    return copied;
  }

  bool is_of_space(const TrialRecord& record) const {
    if (record.seed != space_.seed) return false;
    const auto configuration = parse_configuration(record.configuration, *space_.experiment);
    return configuration && membership_.has(*configuration) &&
           identity(*configuration, *space_.experiment, space_.seed) == record.identity;
  }

  bool copy(std::int64_t search, TrialRecord& record) {
    if (!std::exchange(indexed_, true)) index_identities(into_);  // trainings may have other numbers there
    copy_curve(search, record.curve);
    record.method.clear();  // its place in a method there means nothing here
    record.proposal.reset(), record.bracket.reset(), record.rung.reset();
    best_epochs_.fill(options_.search, record);
    upsert_.tryReset();
    upsert_.bind(1, options_.search);
    bind_record(upsert_, 2, record);
    return upsert_.exec() > 0;
  }

  void copy_curve(std::int64_t search, const Identity& curve) {
    std::vector<Point> points;
    select_points_.tryReset();
    select_points_.bind(1, search);
    select_points_.bindNoCopy(2, curve.data(), static_cast<int>(curve.size()));
    while (select_points_.executeStep())
      points.push_back({select_points_.getColumn(0).getInt64(), select_points_.getColumn(1).getDouble(),
                        select_points_.getColumn(2).getString()});
    select_points_.reset();
    for (const Point& point : points)
      epochs_.insert(options_.search, std::as_bytes(std::span(curve)), point.epoch, point.seconds, point.metrics);
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

}  // namespace stormsweep
