#include "master/report/pivot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_cells = 1'000'000;  // of a table that is printed, empty ones too

/// by, rows, columns, the mean of each value, of how many rows it is, and, where there are several, the number of seeds
/// of every cell, ordered by the first three.
std::string cells_sql(const Pivot& pivot) {
  const std::string by = pivot.by.empty() ? "NULL" : sql_name(pivot.by);
  std::string means, counts, any;
  for (const std::string& value : pivot.values) {
    means += fmt::format(", avg({})", sql_name(value));
    counts += fmt::format(", count({})", sql_name(value));
    any += fmt::format("{}{} IS NOT NULL", any.empty() ? "" : " OR ", sql_name(value));
  }
  std::string places;
  for (const std::string& word : pivot.words)
    places += fmt::format(" WHEN {} THEN {}", sql_literal(word), places.size());
  if (!places.empty()) places = fmt::format("CASE {}{} ELSE 1e9 END, ", sql_name(pivot.rows), places);
  return fmt::format("SELECT {}, {}, {}{}{}{} FROM {} WHERE {} GROUP BY 1, 2, 3 ORDER BY 1, {}2, 3", by,
                     sql_name(pivot.rows), sql_name(pivot.columns), means, counts,
                     pivot.seeds ? ", count(DISTINCT seed)" : "", pivot.source, any, places);
}

bool is_number(const Cell& cell) {
  return !std::holds_alternative<std::string>(cell);
}

/// One table's cells, as they come.
struct Block {
  Cell by;
  std::vector<std::pair<Cell, std::map<Cell, std::vector<Cell>>>> means;  ///< of rows as they come: [column][value]
  std::vector<Cell> columns;
  std::int64_t fewest = 0, most = 0;  ///< rows that a mean is of
  std::int64_t most_seeds = 1;

  void add(const Cell& row, const Cell& column, std::vector<Cell> values, const std::vector<Cell>& counts,
           std::int64_t seeds) {
    if (means.empty() || means.back().first != row) means.push_back({row, {}});
    means.back().second[column] = std::move(values);
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    for (const Cell& cell : counts) {
      const auto count = std::get<std::int64_t>(cell);
      if (count > 0) fewest = fewest == 0 ? count : std::min(fewest, count);
      most = std::max(most, count);
    }
    most_seeds = std::max(most_seeds, seeds);
  }
};

void check_size(const Block& block, const Pivot& pivot) {
  if (block.means.size() * block.columns.size() > most_cells)
    throw InputError(
        fmt::format("a table of {} values of {} and {} of {} is not for reading; choose with --where, or take "
                    "--format csv or json, a line a cell",
                    block.means.size(), pivot.rows, block.columns.size(), pivot.columns));
}

Table make_table(Block block, const Pivot& pivot, const Selection& selection) {
  check_size(block, pivot);
  Table table;
  table.title = fmt::format("{}", fmt::join(pivot.values, ", "));
  if (!pivot.by.empty())
    table.title += fmt::format(", {} = {}", pivot.by, display(block.by, selection.style(pivot.by)));
  table.header = {fmt::format("{} / {}", pivot.rows, pivot.columns)};
  table.numeric = {
      std::all_of(block.means.begin(), block.means.end(), [](const auto& row) { return is_number(row.first); })};
  std::sort(block.columns.begin(), block.columns.end());
  for (const Cell& column : block.columns) {
    const std::string name = display(column, selection.style(pivot.columns));
    for (const std::string& value : pivot.values) {
      table.header.push_back(pivot.values.size() == 1 ? name : name + ' ' + value);
      table.numeric.push_back(true);
    }
  }
  for (const auto& [row, means] : block.means) {
    std::vector<std::string> cells{display(row, selection.style(pivot.rows))};
    for (const Cell& column : block.columns) {
      const auto found = means.find(column);
      for (std::size_t v = 0; v < pivot.values.size(); ++v)
        cells.push_back(display(found == means.end() ? Cell() : found->second[v], selection.style(pivot.values[v])));
    }
    table.rows.push_back(std::move(cells));
  }
  if (block.most > 1)
    table.footnotes.push_back(fmt::format(
        "Each cell is the mean of {} trials{}",
        block.fewest == block.most ? std::to_string(block.most) : fmt::format("{} to {}", block.fewest, block.most),
        block.most_seeds > 1 ? fmt::format(" of up to {} seeds; --by seed parts them", block.most_seeds) : ""));
  return table;
}

}  // namespace

std::vector<PivotCell> pivot_cells(Selection& selection, const Pivot& pivot) {
  std::vector<PivotCell> found;
  selection.query(cells_sql(pivot), [&](const std::vector<Cell>& cells) {
    const auto means = cells.begin() + 3;
    found.push_back({cells[0], cells[1], cells[2], {means, means + static_cast<std::ptrdiff_t>(pivot.values.size())}});
  });
  return found;
}

std::vector<Table> pivot_tables(Selection& selection, const Pivot& pivot) {
  std::vector<Block> blocks;
  selection.query(cells_sql(pivot), [&](const std::vector<Cell>& cells) {
    if (blocks.empty() || blocks.back().by != cells[0]) blocks.emplace_back().by = cells[0];
    const auto size = static_cast<std::ptrdiff_t>(pivot.values.size());
    const auto means = cells.begin() + 3, counts = means + size, seeds = counts + size;
    blocks.back().add(cells[1], cells[2], {means, counts}, {counts, seeds},
                      pivot.seeds ? std::get<std::int64_t>(*seeds) : 1);
  });
  std::vector<Table> tables;
  for (Block& block : blocks) tables.push_back(make_table(std::move(block), pivot, selection));
  return tables;
}

void pivot_records(Selection& selection, const Pivot& pivot, std::ostream& out, Records::Format format) {
  std::vector<std::string> header{pivot.rows, pivot.columns};
  header.insert(header.end(), pivot.values.begin(), pivot.values.end());
  for (const std::string& value : pivot.values)
    header.push_back(pivot.values.size() == 1 ? group_size_column : value + number_suffix);
  if (pivot.seeds) header.emplace_back("seeds");
  if (!pivot.by.empty()) header.insert(header.begin(), pivot.by);
  Records records(out, format, std::move(header));
  selection.query(cells_sql(pivot), [&](const std::vector<Cell>& cells) {
    records.write({cells.begin() + (pivot.by.empty() ? 1 : 0), cells.end()});
  });
  records.finish();
}

}  // namespace stormsweep
