#include "master/page/page_search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "master/page/page_column.hpp"
#include "master/page/page_curves.hpp"
#include "master/page/paper.hpp"
#include "master/report/failure_reason.hpp"
#include "master/report/importance.hpp"
#include "master/report/selection.hpp"
#include "master/report/skill.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// With more values than this, a hyperparameter's importance is that of groups of values.
constexpr std::size_t most_levels = 20;
constexpr std::size_t most_failures = 20, most_best = 10;  // summary.js lists as many

/// Makes the table `shown` of the trials that the page lists.
void choose_shown(Selection& selection, const SearchSummary& search) {
  const std::string choice = sql_name(search.choice());
  // Knuth's multiplicative hash of the number: as good as random, and the same every time.
  selection.query(
      fmt::format(
          "CREATE TEMP TABLE shown AS SELECT * FROM selected WHERE (SELECT count(*) FROM selected) <= {0} OR "
          "trial IN (SELECT trial FROM selected WHERE status = 'complete' AND {2} IS NOT NULL ORDER BY {3} "
          "LIMIT {1}) OR trial IN (SELECT trial FROM selected ORDER BY trial * 2654435761 % 4294967296 LIMIT {0} "
          "- {1}) ORDER BY trial",
          most_shown, always_shown, choice, search.best_first()),
      {});
}

Json statuses_of(Selection& selection) {
  Json statuses = Json::object();
  selection.query("SELECT status, count(*) FROM selected GROUP BY status ORDER BY 2 DESC",
                  [&](const std::vector<Cell>& row) { statuses[std::get<std::string>(row[0])] = short_cell(row[1]); });
  return statuses;
}

/// "failures" and "reasons": the most frequent reasons, and how many there are.
void add_failures(Json& search, Selection& selection) {
  Json failures = Json::array(), reasons = 0;
  selection.query(
      fmt::format(
          "SELECT status, error, count(*), min(trial), count(*) OVER () FROM selected WHERE status <> 'complete' AND "
          "{} GROUP BY status, {} ORDER BY 3 DESC, 4 LIMIT {}",
          has_ended, reason_sql(), most_failures),
      [&](const std::vector<Cell>& row) {
        failures.push_back({{"status", short_cell(row[0])},
                            {"error", short_cell(row[1])},
                            {"trials", short_cell(row[2])},
                            {"example", short_cell(row[3])}});
        reasons = short_cell(row[4]);
      });
  search["failures"] = std::move(failures);
  search["reasons"] = std::move(reasons);
}

/// The columns that a page shows, by role, in their order.
std::vector<std::pair<Role, Names>> roles_of(Selection& selection, const SearchSummary& search) {
  Names costs, speeds;  // apart, because a higher speed is not a higher cost
  for (const TimingColumn& timing : timing_columns)
    if (timing.name != "wall_seconds") (timing.name.ends_with("_seconds") ? costs : speeds).emplace_back(timing.name);
  if (selection.with_values({"gang"}, 2).empty()) std::erase(costs, "rank_seconds");  // a multiple of wall_seconds
  return {{Role::other, {"trial", "status"}},
          {Role::axis, selection.varying()},
          {Role::metric, selection.with_values({"best_metric"}, search.at_best() ? 1 : INT32_MAX)},
          {Role::metric, selection.with_values(search.metrics, 1)},
          {Role::other, selection.with_values({"best_epoch", "training"}, 1)},  // `training` breaks ties
          {Role::cost, selection.with_values({"wall_seconds"}, 1)},
          {Role::cost, selection.with_values(costs, 2)},
          {Role::other, selection.with_values(speeds, 2)},
          {Role::other, selection.with_values({"worker", "host", "device", "cpu", "gang", "threads", "attempt",
                                               "method", "proposal", "bracket", "rung", "seed", "versions"},
                                              2)},
          {Role::time, selection.with_values({"started", "finished"}, 1)},
          {Role::other, selection.with_values({"error"}, 1)}};
}

/// A large integer, such as a seed, becomes text: the page would round it.
Json exact_cell(const Cell& cell) {
  constexpr std::int64_t great = 10'000'000;
  const auto* const integer = std::get_if<std::int64_t>(&cell);
  return integer && (*integer >= great || *integer <= -great) ? Json(std::to_string(*integer)) : short_cell(cell);
}

/// Columns with the same value in all trials.
Json fixed_of(Selection& selection, const SearchSummary& search) {
  Names names = {"seed", "method", "host", "device", "cpu", "gang", "threads", "versions"};
  names.insert(names.begin(), search.hyperparameters.begin(), search.hyperparameters.end());
  const Names varying = selection.with_values(names, 2);
  Json fixed = Json::object();
  for (const std::string& name : selection.with_values(names, 1))
    if (!contains(varying, name))
      fixed[name] = exact_cell(
          selection.first(fmt::format("SELECT {0} FROM selected WHERE {0} IS NOT NULL LIMIT 1", sql_name(name))));
  return fixed;
}

Json columns_of(Selection& selection, const SearchSummary& search, const Cell& origin) {
  Json columns = Json::array();
  for (const auto& [role, names] : roles_of(selection, search))
    for (const std::string& name : names) {
      const std::string column = sql_name(name);
      columns.push_back(page_column(selection, name, role,
                                    role == Role::time ? fmt::format("strftime('%s', {}) - strftime('%s', '{}')",
                                                                     column, display(origin, Style::plain))
                                                       : column,
                                    name == search.choice()));
    }
  return columns;
}

/// Words, or groups of numbers, as levels, over complete trials that have the metric.
Factor read_factor(Selection& selection, const std::string& name, const std::string& rest) {
  const std::string column = sql_name(name);
  std::vector<double> places;
  const std::string rank = fmt::format(
      "SELECT CASE typeof({0}) WHEN 'text' THEN (SELECT count(*) FROM words WHERE words.word < selected.{0}) ELSE "
      "coalesce({0}, 0) END FROM selected {1}",
      column, rest);
  selection.query("DROP TABLE IF EXISTS temp.words", {});
  selection.query(
      fmt::format("CREATE TEMP TABLE words AS SELECT DISTINCT {0} AS word FROM selected WHERE typeof({0}) = "
                  "'text'",
                  column),
      {});
  selection.query(rank, [&](const std::vector<Cell>& row) {
    const auto* integer = std::get_if<std::int64_t>(&row[0]);
    places.push_back(integer ? static_cast<double>(*integer) : std::get<double>(row[0]));
  });
  return factor_of(name, places, most_levels);
}

Json importance_of(Selection& selection, const SearchSummary& search) {
  const std::string metric = sql_name(search.choice());
  const std::string rest = fmt::format("WHERE status = 'complete' AND {} IS NOT NULL ORDER BY trial", metric);
  std::vector<double> values;
  selection.query(fmt::format("SELECT CAST({} AS REAL) FROM selected {}", metric, rest),
                  [&](const std::vector<Cell>& row) { values.push_back(std::get<double>(row[0])); });
  std::vector<Factor> factors;
  for (const std::string& name : selection.varying()) factors.push_back(read_factor(selection, name, rest));
  const auto found = importance(factors, values, search.goal == to_string(Goal::maximize));
  if (!found) return nullptr;
  Json effects = Json::array();
  for (const Importance::Effect& effect : found->effects) {
    Json axes{factors[effect.first].name};
    if (effect.second != effect.first) axes.push_back(factors[effect.second].name);
    effects.push_back({{"axes", axes}, {"share", short_number(effect.share)}});
  }
  return {{"exact", found->exact}, {"effects", effects}};
}

/// Sentences on those of the best trials that are no better than a simpler forecast.
Json unskilled(Selection& selection, const SearchSummary& search) {
  return without_skill(selection, fmt::format("WHERE status = 'complete' AND {} IS NOT NULL ORDER BY {} LIMIT {}",
                                              sql_name(search.choice()), search.best_first(), most_best));
}

}  // namespace

Json page_search(const PageQuestion& question, const std::string& name) {
  Selection selection(question.databases, name, "");
  const SearchSummary& search = selection.searches()[0];
  choose_shown(selection, search);
  const Cell origin = selection.first("SELECT min(started) FROM selected");
  Json json{{"name", name},
            {"experiment", search.experiment},
            {"metric", search.metric},
            {"goal", search.goal},
            {"choice", search.choice()},
            {"space",
             short_cell(selection.first(fmt::format("SELECT space FROM searches WHERE name = {}", sql_literal(name))))},
            {"trials", short_cell(selection.first("SELECT count(*) FROM selected"))},
            {"origin", short_cell(origin)},
            {"statuses", statuses_of(selection)},
            {"fixed", fixed_of(selection, search)}};
  add_failures(json, selection);
  json["unskilled"] = unskilled(selection, search);
  json["columns"] = columns_of(selection, search, origin);
  json["importance"] = importance_of(selection, search);
  json["curves"] = page_curves(selection, search);
  json["profiles"] = page_profiles(selection, search);
  if (question.paper == search.experiment) json["paper"] = beside_paper(selection, search);
  return json;
}

}  // namespace stormsweep
