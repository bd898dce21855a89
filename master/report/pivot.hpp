#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "master/report/records.hpp"
#include "master/report/selection.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

/// A cross table of mean values of one column or of several side by side, in the shape of the tornado paper's Table 2.
struct Pivot {
  std::string rows, columns;            ///< what runs down and across
  std::string by;                       ///< one table a value of it; empty: one table
  std::vector<std::string> values;      ///< what the cells show the mean of: columns of numbers
  std::string source;                   ///< the SQL name of what holds them, or a query in parentheses
  bool seeds = false;                   ///< trials of several seeds are there, in a column `seed`
  std::vector<std::string> words = {};  ///< the order of rows that are words; others come by the alphabet behind them
  std::vector<std::string> column_words = {};  ///< ... of columns
  std::vector<std::string> by_words = {};      ///< ... of tables
};

/// One cell: the mean of each value.
struct PivotCell {
  Cell by, row, column;
  std::vector<Cell> means;
  std::vector<std::int64_t> counts;  ///< of how many rows each mean is
  std::int64_t seeds = 1;            ///< that these have
};

/// Those that have trials, ordered by `by`, row and column (as the words have them): NULL, numbers, texts.
std::vector<PivotCell> pivot_cells(Selection& selection, const Pivot& pivot);

/// Those among `words` first, in their order; then NULL, numbers, texts.
void put_in_order(std::vector<Cell>& cells, const std::vector<std::string>& words);

/// Of how many rows means are.
struct MeanSizes {
  std::int64_t fewest = 0, most = 0, most_seeds = 1;

  void add(const PivotCell& cell);
  /// "Each cell is the mean of 2 to 3 trials", of some `what`; empty where no mean is of several.
  std::string note(std::string_view what) const;
};

/// The tables. A cell with several rows shows their mean, and a note says so, and whether their seeds differ; one
/// without any shows a dash.
std::vector<Table> pivot_tables(Selection& selection, const Pivot& pivot);

/// The same as records, a cell each: <by>, <rows>, <columns>, <values>, trials (of several values <value>_n, of how
/// many each mean is), and seeds where there are several.
void pivot_records(Selection& selection, const Pivot& pivot, std::ostream& out, Records::Format format);

}  // namespace stormsweep
