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
  std::string rows, columns;                   ///< what runs down and across
  std::string by;                              ///< one table for each of its values; empty: a single table
  std::vector<std::string> values;             ///< what the cells show the mean of: columns of numbers
  std::string source;                          ///< the SQL name of the table, or a query in parentheses
  bool seeds = false;                          ///< trials have several seeds, in a column `seed`
  std::vector<std::string> words = {};         ///< the order of rows that are words; others follow alphabetically
  std::vector<std::string> column_words = {};  ///< ... of columns
  std::vector<std::string> by_words = {};      ///< ... of tables
};

/// One cell: the mean of each value.
struct PivotCell {
  Cell by, row, column;
  std::vector<Cell> means;
  std::vector<std::int64_t> counts;  ///< rows behind each mean
  std::int64_t seeds = 1;            ///< different seeds of those rows
};

/// Cells that have trials, ordered by `by`, row and column: words in their given order, then NULL, numbers, texts.
std::vector<PivotCell> pivot_cells(Selection& selection, const Pivot& pivot);

/// Sorts: those among `words` first, in that order; then NULL, numbers, texts.
void put_in_order(std::vector<Cell>& cells, const std::vector<std::string>& words);

/// How many rows the means are over.
struct MeanSizes {
  std::int64_t fewest = 0, most = 0, most_seeds = 1;

  void add(const PivotCell& cell);
  /// "Each cell is the mean of 2 to 3 trials", with `what` for "trials"; empty where each is a single one.
  std::string note(std::string_view what) const;
};

/// The tables. A cell with several rows shows their mean; a note says so, and whether seeds differ. An empty cell shows
/// a dash.
std::vector<Table> pivot_tables(Selection& selection, const Pivot& pivot);

/// The same as records, one per cell: <by>, <rows>, <columns>, <values>, trials (with several values <value>_n: rows
/// behind each mean), and seeds where there are several.
void pivot_records(Selection& selection, const Pivot& pivot, std::ostream& out, Records::Format format);

}  // namespace stormsweep
