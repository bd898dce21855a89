#include "master/report/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <algorithm>

#include "master/report/tally.hpp"
#include "master/store/column_names.hpp"
#include "master/store/damaged_row.hpp"
#include "master/store/database.hpp"
#include "master/store/merge.hpp"
#include "master/store/profile_view.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"
#include "search/space/space.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

Cell read_cell(const SQLite::Column& column) {
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return column.getInt64();
    case SQLITE_FLOAT:
      return column.getDouble();
    case SQLITE_NULL:
      return {};
    default:
      return column.getString();
  }
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? fmt::format("columns are {}", fmt::join(known, ", ")) : fmt::format("did you mean {}?", near);
}

/// The message for a column that does not exist, with what to write instead. Newer versions of SQLite quote the name,
/// and add advice.
std::string no_such_column(std::string_view word, const std::string& where, const std::vector<std::string>& known) {
  if (word.starts_with('"')) word = word.substr(1, word.find('"', 1) - 1);
  const std::string name(word);
  const bool quoted = where.find('"' + name + '"') != where.npos;
  const bool is_word = quoted || find_status(name) || nearest(name, known).empty();  // not a column
  return fmt::format("no such column: {}; {}{}", name,
                     is_word ? fmt::format("write a word as '{}', or, if it is a column, ", name) : "",
                     did_you_mean(name, known));
}

/// Files of older versions that cannot be written are not upgraded, and may lack a column.
bool has_column(SQLite::Database& database, const char* table, const char* column) {
  SQLite::Statement found(database, "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?");
  SQLite::bind(found, table, column);
  found.executeStep();
  return found.getColumn(0).getInt() > 0;
}

}  // namespace

bool SearchSummary::at_best() const {
  return at == to_string(MetricAt::best);
}

std::string SearchSummary::choice() const {
  return at_best() ? "best_metric" : metric;
}

bool SearchSummary::minimizes() const {
  return goal == to_string(Goal::minimize);
}

std::string SearchSummary::best_first() const {
  return fmt::format("{} {} NULLS LAST, {}", sql_name(choice()), minimizes() ? "ASC" : "DESC", ties);
}

std::vector<SearchSummary> read_searches(SQLite::Database& database, const std::filesystem::path& file,
                                         const std::string& name) {
  std::vector<SearchSummary> found;
  std::vector<std::string> names;
  SQLite::Statement select(database,
                           fmt::format("SELECT name, experiment, metric, goal, {} FROM searches ORDER BY id",
                                       has_column(database, "searches", "metric_at") ? "metric_at" : "'last'"));
  const bool numbered = has_column(database, "results", "training");
  while (select.executeStep()) {
    names.push_back(select.getColumn(0).getString());
    if (!name.empty() && names.back() != name) continue;
    const std::string experiment = select.getColumn(1).getString(), goal = select.getColumn(3).getString();
    if (!find_goal(goal))
      throw DamagedRow::of_file(fmt::format("the search '{}' has the goal '{}'", names.back(), goal));
    found.push_back({names.back(), experiment, select.getColumn(2).getString(), goal, select.getColumn(4).getString(),
                     column_names(database, ColumnKind::hyperparameter, experiment),
                     column_names(database, ColumnKind::metric, experiment)});
    if (!numbered) found.back().ties = "trial";
  }
  if (found.empty())
    throw InputError(name.empty() ? fmt::format("{}: holds no search; run one", file.string())
                                  : fmt::format("{}: --search is {}; the searches there are {}", file.string(), name,
                                                fmt::join(names, ", ")));
  return found;
}

const SearchSummary& only_search(const std::vector<SearchSummary>& searches, std::string_view what) {
  if (searches.size() == 1) return searches[0];
  std::vector<std::string> names;
  for (const SearchSummary& search : searches) names.push_back(search.name);
  throw InputError(
      fmt::format("{} holds {} searches; choose one with --search: {}", what, names.size(), fmt::join(names, ", ")));
}

Selection::Selection(const std::filesystem::path& file, const std::string& search, const std::string& where)
    : Selection(std::vector{file}, search, where) {}

/// Those among `names`, once each, in the order of `results`.
std::vector<std::string> Selection::known(const std::vector<std::string>& names) const {
  std::vector<std::string> found;
  for (const std::string& column : columns_)
    if (contains(names, column)) found.push_back(column);
  return found;
}

/// Fills `selected` from `rows`, which is SQL after FROM.
void Selection::copy(const Needed& needed, const std::string& rows) {
  tallied_ = !needed.values.empty();
  if (!tallied_) {
    SQLite::Statement(database_, fmt::format("CREATE TEMP TABLE selected AS SELECT * FROM {} ORDER BY trial", rows))
        .exec();
    return;
  }
  std::vector<std::string> columns = needed.columns;
  add_missing(columns, {"status", "seed"});
  tally(database_, "selected", known(columns), known(needed.values), rows);
}

Selection::Selection(const std::vector<std::filesystem::path>& files, const std::string& search,
                     const std::string& where, const Needs& needs)
    : file_(files.front()), database_(files.size() == 1 ? open_for_reading(file_) : union_of(files)) {
  // Otherwise "batchsize" > 128 would hold for every trial: SQLite takes an unknown name in double quotes for a text.
  sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  guarded(file_, [&] {
    searches_ = stormsweep::read_searches(database_, file_, search);
    read_columns("results");
    read_curves();
  });
  select(search, where, needs ? needs(*this) : Needed());
}

void Selection::read_columns(const std::string& table) {
  SQLite::Statement all(database_, fmt::format("SELECT * FROM {} LIMIT 0", table));
  columns_.clear();
  for (int i = 0; i < all.getColumnCount(); ++i) columns_.emplace_back(all.getColumnName(i));
}

void Selection::read_curves() {
  curves_ = {{"epoch", "curves", {}}};
  for (const SearchSummary& search : searches_) {
    add_missing(curves_[0].metrics, search.metrics);
    for (const StoredProfile& profile : stored_profiles(database_)) {
      if (profile.experiment != search.experiment) continue;
      auto found = std::find_if(curves_.begin(), curves_.end(),
                                [&](const Curve& curve) { return curve.coordinate == profile.name; });
      if (found == curves_.end()) found = curves_.insert(found, {profile.name, profile.name, {}});
      add_missing(found->metrics, profile.metrics);
      for (const Value& at : profile.at)
        if (const auto* word = std::get_if<std::string>(&at)) add_missing(found->words, {*word});
    }
  }
}

void Selection::select(const std::string& search, const std::string& where, const Needed& needed) {
  try {
    std::string chosen =
        fmt::format("({0} = '' OR search = {0}) AND ({1}\n)", sql_literal(search), where.empty() ? "1" : where);
    if (!needed.rest.empty())
      chosen = fmt::format("trial IN (SELECT trial FROM results WHERE {} {})", chosen, needed.rest);
    if (SQLite::Statement(database_, fmt::format("SELECT ({}\n) FROM results", where.empty() ? "1" : where))
            .getBindParameterCount() > 0)
      throw InputError(
          fmt::format("--where \"{}\": what begins with $, :, @ or ? has no value here; put the condition in "
                      "double quotes, for the shell to fill in $NAME",
                      where));
    copy(needed, "results WHERE " + chosen);
  } catch (const SQLite::Exception& error) {
    const std::string message = error.what();
    if (error.getErrorCode() != SQLITE_ERROR || where.empty()) refuse(file_, error);
    constexpr std::string_view unknown = "no such column: ";
    throw InputError(fmt::format("--where \"{}\": {}", where,
                                 message.starts_with(unknown)
                                     ? no_such_column(std::string_view(message).substr(unknown.size()), where, columns_)
                                     : message + "; give an SQL condition, such as batch_size > 128"));
  }
}

std::string Selection::column(const std::string& option, const std::string& column) const {
  if (!contains(columns_, column))
    throw InputError(fmt::format("{}: there is no column {}; {}", option, column, did_you_mean(column, columns_)));
  return sql_name(column);
}

void Selection::query(const std::string& sql, const std::function<void(const std::vector<Cell>&)>& each) {
  guarded(file_, [&] {
    SQLite::Statement statement(database_, sql);
    std::vector<Cell> cells(static_cast<std::size_t>(statement.getColumnCount()));
    while (statement.executeStep()) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = read_cell(statement.getColumn(static_cast<int>(i)));
      each(cells);
    }
  });
}

Cell Selection::first(const std::string& sql) {
  Cell cell;
  query(sql, [&](const std::vector<Cell>& cells) { cell = cells[0]; });
  return cell;
}

Style Selection::style(const std::string& column) const {
  if (column.ends_with(deviation_suffix))
    return style(column.substr(0, column.size() - std::string_view(deviation_suffix).size()));
  for (const SearchSummary& search : searches_)
    if (contains(search.hyperparameters, column)) return Style::plain;
  for (const Curve& curve : curves_)
    if (contains(curve.metrics, column) || column == "best_metric") return Style::metric;
  if (column == "samples_per_second" || column == "flops" || column == "peak_share") return Style::rate;
  return column.ends_with("seconds") ? Style::seconds : Style::plain;
}

std::vector<std::string> Selection::with_values(const std::vector<std::string>& columns, int values) {
  std::vector<std::string> kept;
  for (const std::string& column : columns)
    if (contains(columns_, column) && count_values(column) >= values) kept.push_back(column);
  return kept;
}

/// Counting different values takes a tree of all of them; whether any differs from the first is often decided by the
/// second row.
int Selection::count_values(const std::string& column) {
  const auto [known, is_new] = values_.try_emplace(column, 0);
  if (!is_new) return known->second;
  const std::string value = fmt::format("SELECT {0} FROM selected WHERE {0} IS NOT NULL", sql_name(column));
  const Cell count =
      first(fmt::format("SELECT CASE WHEN EXISTS ({0}) THEN 1 + EXISTS ({0} AND {1} <> ({0} LIMIT 1)) ELSE 0 END",
                        value, sql_name(column)));
  return known->second = static_cast<int>(std::get<std::int64_t>(count));
}

std::vector<std::string> Selection::varying() {
  std::vector<std::string> all;
  for (const SearchSummary& search : searches_) add_missing(all, search.hyperparameters);
  return with_values(all, 2);
}

}  // namespace stormsweep
