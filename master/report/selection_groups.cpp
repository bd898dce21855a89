#include "master/report/selection.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "master/report/deviation.hpp"
#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"
#include "search/space/outcome.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

using Names = std::vector<std::string>;

/// `, avg("x") AS "x", deviation("x") AS "x_sd", count("x") AS "x_n"`
std::string moments_sql(const std::string& column) {
  const std::string name = sql_name(column);
  return fmt::format(", avg({0}) AS {0}, deviation({0}) AS {1}, count({0}) AS {2}", name,
                     sql_name(column + deviation_suffix), sql_name(column + number_suffix));
}

}  // namespace

void Selection::group_over(const Names& over) {
  Names keys{"search"}, hyperparameters{"seed"}, numbers{"best_metric"};
  for (const SearchSummary& search : searches_) {
    add_missing(hyperparameters, search.hyperparameters);
    add_missing(numbers, search.metrics);
  }
  for (const TimingColumn& timing : timing_columns) numbers.emplace_back(timing.name);
  for (const std::string& name : over)
    if (!contains(hyperparameters, name))
      throw InputError(
          fmt::format("--over is {}, which is no hyperparameter; {}", name, suggestion(name, hyperparameters)));
  for (const std::string& name : hyperparameters)
    if (!contains(over, name)) keys.push_back(name);

  std::string key_list, moments;
  for (const std::string& key : keys) key_list += (key_list.empty() ? "" : ", ") + sql_name(key);
  for (const std::string& number : numbers) moments += moments_sql(number);
  guarded(file_, [&] {
    add_deviation(database_);
    database_.exec(
        fmt::format("CREATE TEMP TABLE grouped AS SELECT {0}, min(trial) AS {2}, min({3}) AS {4}, count(*) AS {5}{1} "
                    "FROM selected WHERE status = 'complete' GROUP BY {0} ORDER BY {2}; "
                    "DROP TABLE temp.selected; ALTER TABLE temp.grouped RENAME TO selected",
                    key_list, moments, group_first_column, contains(columns_, "training") ? "training" : "NULL",
                    group_first_training, group_size_column));
    read_columns("selected");
    values_.clear();
  });
  grouped_ = true;
  for (SearchSummary& search : searches_) {
    search.ties = fmt::format("{}, {}", group_first_training, group_first_column);
    std::erase_if(search.hyperparameters, [&](const std::string& name) { return contains(over, name); });
  }
}

}  // namespace stormsweep
