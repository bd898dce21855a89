#include "master/cli/results_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "master/report/declared.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/text.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

using Names = std::vector<std::string>;

/// The metrics that a search chose by and their kin on other splits: validation_accuracy, train_accuracy,
/// test_accuracy.
Names main_metrics(Selection& selection) {
  const auto measure = [](const std::string& metric) { return metric.substr(metric.find('_') + 1); };
  Names names;
  for (const SearchSummary& search : selection.searches())
    for (const std::string& metric : search.metrics)
      if (measure(metric) == measure(search.metric)) add_missing(names, {metric});
  return selection.with_values(names, 1);
}

Names joined(std::initializer_list<Names> lists) {
  Names all;
  for (const Names& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

/// The best epoch and its metric, for searches that choose by it.
Names best_epochs(Selection& selection) {
  const auto& searches = selection.searches();
  const bool any = std::any_of(searches.begin(), searches.end(), [](const auto& search) { return search.at_best(); });
  return any ? selection.with_values({"best_epoch", "best_metric"}, 1) : Names();
}

/// What differs between trials: hyperparameters, and the seed if it was changed.
Names what_varies(Selection& selection) {
  return joined({selection.varying(), selection.with_values({"seed"}, 2)});
}

/// Whether a search was continued with another seed. Then the file has `trials_by_identity` (schema.hpp), without which
/// no rows need be read.
bool has_several_seeds(Selection& selection, const SearchSummary& search) {
  const std::string seeds = fmt::format("SELECT seed FROM results WHERE search = {}", sql_literal(search.name));
  return selection.first(fmt::format("SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_master WHERE name = "
                                     "'trials_by_identity') THEN EXISTS ({0} AND seed <> ({0} LIMIT 1)) ELSE 0 END",
                                     seeds)) == Cell(std::int64_t{1});
}

/// The same, with what is equal in these few trials but varies in the search.
Names what_search_varies(Selection& selection) {
  const Names among_rows = what_varies(selection);
  Names names;
  for (const SearchSummary& search : selection.searches())
    for (const std::string& name : search.hyperparameters)
      if (contains(selection.columns(), name) && declared(selection, name).varies) add_missing(names, {name});
  add_missing(names, among_rows);
  for (const SearchSummary& search : selection.searches())
    if (!selection.grouped() && has_several_seeds(selection, search)) add_missing(names, {"seed"});
  return names;
}

/// The main metrics; for groups with their standard deviations, and with the number of trials where a metric is
/// undefined for some.
Names telling_metrics(Selection& selection) {
  Names metrics = joined({best_epochs(selection), main_metrics(selection)});
  if (!selection.grouped()) return metrics;
  Names names;
  for (const std::string& metric : metrics) {
    const std::string number = metric + number_suffix;
    const Cell fewer =
        selection.first(fmt::format("SELECT count(*) FROM selected WHERE {} < trials", sql_name(number)));
    names.insert(names.end(), {metric, metric + deviation_suffix});
    if (std::get<std::int64_t>(fewer) > 0) names.push_back(number);
  }
  return names;
}

/// What trials cost beside what varies between them.
Names costs(const Names& varying) {
  return contains(varying, "gpus") ? Names{"wall_seconds", "rank_seconds"} : Names{"wall_seconds"};
}

}  // namespace

Names telling_columns(Selection& selection) {
  const bool groups = selection.grouped();
  const Names varying = what_varies(selection);
  return joined({groups ? Names() : Names{"trial"},
                 selection.with_values({"search"}, 2),
                 {groups ? group_size_column : "status"},
                 varying,
                 telling_metrics(selection),
                 costs(varying),
                 selection.with_values({"augment_seconds", "samples_per_second"}, 2),
                 selection.with_values({"error"}, 1)});
}

Names best_columns(Selection& selection) {
  const Names varying = what_search_varies(selection);
  return joined(
      {{selection.grouped() ? group_size_column : "trial"}, varying, telling_metrics(selection), costs(varying)});
}

Table collect(Selection& selection, const Names& names, const std::string& sql) {
  Table table;
  table.header = names;
  table.numeric.assign(names.size(), true);
  std::vector<std::vector<Cell>> rows;
  selection.query(sql, [&](const std::vector<Cell>& cells) { rows.push_back(cells); });
  table.rows.resize(rows.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<double> reals;
    for (const auto& cells : rows) {
      if (std::holds_alternative<std::string>(cells[i])) table.numeric[i] = false;
      if (const auto* real = std::get_if<double>(&cells[i])) reals.push_back(*real);
    }
    const ColumnTexts texts(std::move(reals), selection.style(names[i]));
    for (std::size_t row = 0; row < rows.size(); ++row) table.rows[row].push_back(texts(rows[row][i]));
  }
  return table;
}

}  // namespace stormsweep
