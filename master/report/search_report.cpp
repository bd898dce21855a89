#include "master/report/search_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "master/report/failure_reason.hpp"
#include "master/report/funnel.hpp"
#include "master/report/occupancy.hpp"
#include "master/report/selection.hpp"
#include "master/store/best_epoch.hpp"
#include "master/store/database.hpp"
#include "master/store/present_rows.hpp"
#include "master/store/process_identity.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/stored_share.hpp"
#include "search/base/duration.hpp"
#include "search/base/error.hpp"
#include "search/base/utc.hpp"
#include "search/methods/methods.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

/// Reads one search's report from the database.
class Reporter {
 public:
  Reporter(SQLite::Database& database, const SearchSummary& search, double now)
      : database_(database), search_(search), now_(now) {
    report_.name = search.name;
    report_.experiment = search.experiment;
    report_.metric = search.metric;
    report_.goal = search.goal;
  }

  SearchReport report() {
    read_space();
    read_statuses();
    read_rate();
    read_best();
    read_running();
    read_failures();
    if (space_ && has_rungs(space_->method)) read_brackets();
    read_writer();
    return report_;
  }

 private:
  SQLite::Statement prepare(const std::string& sql) {
    SQLite::Statement statement(database_, sql);
    statement.bind(1, report_.name);
    return statement;
  }

  /// Counts trials by status; where there are rows of earlier spaces, only those of the present one.
  void read_statuses() {
    if (!condition_.empty()) return read_present_statuses();
    auto select = prepare(
        "WITH s AS (SELECT id FROM searches WHERE name = ?1), "
        "other AS (SELECT status, count(*) AS n FROM trials WHERE search = (SELECT id FROM s) AND status <> 'complete' "
        "GROUP BY status) SELECT status, n FROM other UNION ALL SELECT 'complete', "
        "(SELECT count(*) FROM trials WHERE search = (SELECT id FROM s)) - ifnull((SELECT sum(n) FROM other), 0)");
    while (select.executeStep()) report_.statuses[select.getColumn(0).getString()] = select.getColumn(1).getInt64();
  }

  void read_present_statuses() {
    auto select = prepare(
        fmt::format("SELECT status, total(ours), count(*) FROM (SELECT status, 1{} AS ours FROM trials WHERE search = "
                    "(SELECT id FROM searches WHERE name = ?1)) GROUP BY status",
                    condition_));
    while (select.executeStep()) {
      const std::int64_t ours = select.getColumn(1).getInt64();
      if (ours > 0) report_.statuses[select.getColumn(0).getString()] = ours;
      report_.others += static_cast<std::uint64_t>(select.getColumn(2).getInt64() - ours);
    }
  }

  /// Prefix of `search` in a condition. For a search that makes up most of the table "+" makes SQLite scan the rows,
  /// newest last, which is faster; for others it uses the index.
  const char* by_rows() {
    std::int64_t rows = static_cast<std::int64_t>(report_.others);
    for (const auto& [_, trials] : report_.statuses) rows += trials;
    return 2 * rows >= database_.execAndGet("SELECT ifnull(max(id), 0) FROM trials").getInt64() ? "+" : "";
  }

  /// From the newest trials.
  void read_rate() {
    auto select =
        prepare(fmt::format("SELECT started, finished, wall_seconds FROM trials WHERE {}search = (SELECT id FROM "
                            "searches WHERE name = ?1) AND started "
                            "IS NOT NULL AND finished IS NOT NULL ORDER BY id DESC LIMIT {}",
                            by_rows(), SearchReport::rate_trials));
    std::vector<std::pair<double, double>> busy;
    while (select.executeStep()) {
      const double begin = select.getColumn(0).getDouble();
      busy.emplace_back(begin, busy_until(begin, select.getColumn(1).getDouble(), select.getColumn(2).getDouble()));
    }
    if (const double span = running_seconds(busy); span > 0)
      report_.trials_per_hour = static_cast<double>(busy.size()) / span * 3600;
  }

  void read_best() {
    auto select = prepare(fmt::format(
        "SELECT id, {} AS metric, {} FROM trials WHERE {}search = (SELECT id FROM searches WHERE name = ?1) AND status "
        "= "
        "'complete'{} ORDER BY metric {} NULLS LAST, training, id LIMIT 1",
        choice_sql(search_.metric, search_.at_best() ? MetricAt::best : MetricAt::last),
        search_.at_best() ? "best_epoch" : "NULL", by_rows(), condition_, search_.minimizes() ? "ASC" : "DESC"));
    if (!select.executeStep() || select.isColumnNull(1)) return;
    report_.best = {select.getColumn(0).getInt64(), select.getColumn(1).getDouble(), {}};
    if (search_.at_best()) report_.best->epoch = select.getColumn(2).getInt64();
  }

  /// "status <> 'complete'" is redundant, but makes SQLite use the partial index (schema.cpp).
  void read_running() {
    auto select = prepare(
        fmt::format("SELECT id, attempt, worker, host, max(0, ?2 - started) FROM trials WHERE search = (SELECT id FROM "
                    "searches WHERE name = ?1) "
                    "AND status = 'running' AND status <> 'complete'{} ORDER BY started LIMIT {}",
                    condition_, SearchReport::most_shown));
    select.bind(2, now_);
    while (select.executeStep())
      report_.running.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64(),
                                 select.getColumn(2).getInt64(), select.getColumn(3).getString(),
                                 select.getColumn(4).getDouble()});
  }

  /// See read_running.
  void read_failures() {
    auto select =
        prepare(fmt::format("SELECT status, ifnull(error, ''), count(*), min(id), count(*) OVER () FROM trials WHERE "
                            "search = (SELECT id FROM searches WHERE name = ?1) AND status <> 'complete' AND {}{} "
                            "GROUP BY status, {} ORDER BY 3 DESC, 4 LIMIT {}",
                            has_ended, condition_, reason_sql(), SearchReport::most_shown));
    while (select.executeStep()) {
      report_.failures.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(),
                                  select.getColumn(2).getInt64(), select.getColumn(3).getInt64()});
      report_.reasons = select.getColumn(4).getInt64();
    }
  }

  std::string space_text() {
    auto select = prepare("SELECT space FROM searches WHERE name = ?1");
    select.executeStep();
    return select.getColumn(0).getString();
  }

  /// No statement may be open here: PresentRows redefines an SQL function, which SQLite would refuse.
  void read_space() {
    const std::string text = space_text();
    try {
      space_ = parse_space(text, report_.name, "/");
      report_.total = make_method(*space_)->trials();
      present_.emplace(database_, *space_);
      condition_ = present_->condition();
    } catch (const InputError&) {  // another version's space: its size stays unknown
    }
    share_ = read_share(database_, report_.name);
    if (share_) {
      report_.part = fmt::format("part {} of {}", share_->share.index, share_->share.count);
      report_.total = share_->trials;
    }
    if (space_) limit_total();
  }

  void limit_total() {
    const auto all = std::exchange(report_.total, limited_trials(*space_, report_.total));
    limited_ = report_.total != all;
  }

  /// In a halving fewer configurations go on where some fail, so the number of trials does not show whether it is done.
  void read_brackets() {
    const Share share = share_ ? share_->share : Share{};
    Funnels funnels = read_funnels(database_, report_.name, *space_, share);
    report_.brackets = std::move(funnels.begun);
    all_ended_ = funnels.through;
    if (report_.brackets.size() > SearchReport::most_shown)
      report_.brackets.erase(report_.brackets.begin(), report_.brackets.end() - SearchReport::most_shown);
  }

  void read_writer() {
    auto select = prepare("SELECT writer_host, writer_pid, writer_seen FROM searches WHERE name = ?1");
    select.executeStep();
    if (select.isColumnNull(0))
      report_.master = !is_done() ? unfinished()
                       : limited_ ? fmt::format("ended by limits.trials ({})", *space_->limits.trials)
                                  : "done";
    else
      report_.master = master(
          {select.getColumn(0).getString(), select.getColumn(1).getInt64(), "", select.getColumn(2).getDouble()});
  }

  std::string unfinished() const {
    const bool reached = space_ && report_.best && space_->reaches_target(report_.best->value);
    return reached ? fmt::format("not running; limits.target ({}) is reached", *space_->limits.target)
                   : "not running; run it again to continue";
  }

  bool is_done() const { return all_ended_ || (report_.total && report_.done() >= *report_.total); }

  std::string master(const ProcessIdentity& writer) const {
    const ProcessIdentity self = onlooker();
    const std::string seen =
        fmt::format("last sign of life {} ago", spoken(Seconds(std::max(0.0, now_ - writer.seen))));
    if (may_be_alive(writer, self)) return fmt::format("running on {} (process {}), {}", writer.host, writer.pid, seen);
    if (is_done()) return "done";
    return fmt::format("lost on {}, {}{}; run it again to continue", writer.host, seen,
                       writer.host == self.host ? "" : " by this host's clock");
  }

  SQLite::Database& database_;
  const SearchSummary& search_;
  double now_;
  SearchReport report_;
  std::optional<Space> space_;
  std::optional<PresentRows> present_;
  std::string condition_;  ///< PresentRows::condition
  std::optional<StoredShare> share_;
  bool limited_ = false;  ///< limits.trials ends it before its method does
  bool all_ended_ = false;
};

}  // namespace

std::uint64_t SearchReport::done() const {
  std::int64_t all = 0;
  for (const auto& [status, trials] : statuses)
    if (status != "waiting" && status != "running") all += trials;
  return static_cast<std::uint64_t>(all);
}

std::vector<SearchReport> report_searches(const std::filesystem::path& file, const std::string& search) {
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&] {
    std::vector<SearchReport> reports;
    for (const SearchSummary& summary : read_searches(database, file, search))
      reports.push_back(Reporter(database, summary, unix_time()).report());
    return reports;
  });
}

}  // namespace stormsweep
