#include "master/report/skill.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

/// " (1 - ...)": what the metric means, where the program knows its experiment.
std::string meaning(const SearchSummary& search, const std::string& metric) {
  const auto found = std::ranges::find(experiments(), search.experiment, &Experiment::name);
  const Metric* known =
      found == experiments().end() ? nullptr : found->find_metric(metric);  // null: of an earlier version
  return known ? fmt::format(" ({})", known->meaning) : "";
}

/// "trial 3 has no skill: test_skill is -0.2 (...)", or nothing.
std::string sentence(Selection& selection, const SearchSummary& search, const std::string& metric,
                     const std::string& rest) {
  std::string trials, values;
  int count = 0;
  const std::string sql = fmt::format("SELECT trial, {} AS skill FROM (SELECT * FROM selected {}) WHERE skill <= 0",
                                      sql_name(metric), rest);
  selection.query(sql, [&](const std::vector<Cell>& cells) {
    const char* const comma = count++ == 0 ? "" : ", ";
    trials += fmt::format("{}{}", comma, std::get<std::int64_t>(cells[0]));
    values += comma + display(cells[1], Style::metric);
  });
  if (count == 0) return {};
  return fmt::format("{} {} no skill: {} is {}{}", count == 1 ? "trial" : "trials",
                     trials + (count == 1 ? " has" : " have"), metric, values, meaning(search, metric));
}

}  // namespace

std::vector<std::string> without_skill(Selection& selection, const std::string& rest) {
  std::vector<std::string> sentences;
  for (const SearchSummary& search : selection.searches()) {
    for (const std::string& metric : search.metrics) {
      if (!is_skill(metric)) continue;
      if (std::string text = sentence(selection, search, metric, rest); !text.empty())
        sentences.push_back(std::move(text));
    }
  }
  return sentences;
}

std::vector<std::string> best_without_skill(const std::filesystem::path& database, const std::string& search) {
  const SearchSummary summary = guarded(database, [&] {
    SQLite::Database opened = open_for_reading(database);
    return read_searches(opened, database, search).at(0);
  });
  if (std::ranges::none_of(summary.metrics, is_skill)) return {};  // nothing to look for in millions of rows
  Selection best(database, search,
                 fmt::format("trial = (SELECT trial FROM results WHERE search = {} AND status = 'complete' AND {} IS "
                             "NOT NULL ORDER BY {} LIMIT 1)",
                             sql_literal(search), sql_name(summary.choice()), summary.best_first()));
  return without_skill(best, "");
}

}  // namespace stormsweep
