#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "master/report/cell.hpp"

namespace stormsweep {

/// A search as `results` and `status` need it.
struct SearchSummary {
  std::string name, experiment, metric, goal, at;
  std::vector<std::string> hyperparameters, metrics;

  /// Breaks ties of the metric: by the order of the search, so that the order of storing does not matter.
  std::string ties = "training, trial";

  bool at_best() const;        ///< whether it chooses by the best epoch, not the last
  std::string choice() const;  ///< the column that it chooses by
  bool minimizes() const;
  std::string best_first() const;  ///< what follows ORDER BY
};

/// Metrics that can be drawn over a coordinate: epochs, or a profile of an experiment.
struct Curve {
  std::string coordinate, view;  ///< a column, and the view that has it
  std::vector<std::string> metrics;
  std::vector<std::string> words = {};  ///< the coordinate's values in their order, where they are words
};

/// Trials picked from a results database. They are copied to a temporary table, `selected`, so that a pager, or another
/// slow reader of our output, does not keep the database locked while a search wants to write.
class Selection {
 public:
  /// `search` empty: all searches; `where` empty: all trials, otherwise an SQL condition on the columns of `results`.
  /// Throws InputError: see open_for_reading, an unknown search, a condition that SQLite does not take.
  Selection(const std::filesystem::path& file, const std::string& search, const std::string& where);
  /// Restricts what is copied, which for millions of trials saves most of the time.
  struct Needed {
    std::vector<std::string> values;  ///< copied as sums over trials (tally.hpp); empty: all columns of each trial
    std::vector<std::string> columns = {};  ///< trials of one sum agree in these, and in status and seed
    std::string rest = {};                  ///< what follows the condition, such as "ORDER BY loss LIMIT 5"
  };
  /// Called before anything is copied; may look at `searches` and `columns`, and refuse. Null: copies all.
  using Needs = std::function<Needed(const Selection&)>;
  /// From the union of several databases (merge.hpp), such as the parts of a search that several jobs share.
  Selection(const std::vector<std::filesystem::path>& files, const std::string& search, const std::string& where,
            const Needs& needs = nullptr);

  /// Replaces complete trials that agree in all hyperparameters except `over` (which may include the seed) by one row:
  /// those hyperparameters; `first_trial` and `first_training`, the lowest numbers; `trials`, how many; and for each
  /// metric and timing the mean, under its own name, the standard deviation and the number. Throws InputError where one
  /// of `over` is not a hyperparameter.
  void group_over(const std::vector<std::string>& over);

  bool grouped() const { return grouped_; }
  bool tallied() const { return tallied_; }  ///< rows of `selected` are sums
  /// The column that numbers the rows.
  std::string number() const { return grouped_ ? "first_trial" : "trial"; }

  const std::vector<SearchSummary>& searches() const { return searches_; }
  const std::vector<std::string>& columns() const { return columns_; }  ///< of `results`, or of groups, in their order

  const std::vector<Curve>& curves() const { return curves_; }  ///< over epochs first

  /// `column` as an SQL identifier. Throws InputError, which begins with `option` and names the nearest column, or all.
  std::string column(const std::string& option, const std::string& column) const;

  /// Calls `each` with every row of `sql`, which reads from `selected` and the views.
  void query(const std::string& sql, const std::function<void(const std::vector<Cell>&)>& each);
  /// The first cell of the first row.
  Cell first(const std::string& sql);

  Style style(const std::string& column) const;

  /// Those of `columns` with at least `values` (1 or 2) different values among the selected rows, not counting NULL.
  std::vector<std::string> with_values(const std::vector<std::string>& columns, int values);
  /// Hyperparameters of the selected searches that vary among the selected rows.
  std::vector<std::string> varying();

 private:
  void read_columns(const std::string& table);
  void read_curves();
  std::vector<std::string> known(const std::vector<std::string>& names) const;
  void copy(const Needed& needed, const std::string& rows);
  void select(const std::string& search, const std::string& where, const Needed& needed);
  int count_values(const std::string& column);

  std::filesystem::path file_;
  SQLite::Database database_;
  std::vector<SearchSummary> searches_;
  std::vector<std::string> columns_;
  std::vector<Curve> curves_;
  std::map<std::string, int> values_;  ///< by column, once asked for: number of different values, at most 2
  bool grouped_ = false, tallied_ = false;
};

/// The searches of a database, the oldest first; all, or the one of that name. Throws InputError where there is none of
/// that name, DamagedRow where a goal is not valid.
std::vector<SearchSummary> read_searches(SQLite::Database& database, const std::filesystem::path& file,
                                         const std::string& name);

/// The only one of `searches`. Throws InputError where there are several, in a message that begins with `what`, such as
/// "--best: the file" or "r.db:".
const SearchSummary& only_search(const std::vector<SearchSummary>& searches, std::string_view what);

}  // namespace stormsweep
