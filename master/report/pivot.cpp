#include "master/report/pivot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "master/report/tally.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_cells = 1'000'000;  // in a printed table, including empty cells

/// The term to put before a column in ORDER BY so that these words come first.
std::string place_sql(const std::string& column, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string places;
  for (std::size_t i = 0; i < words.size(); ++i) places += fmt::format(" WHEN {} THEN {}", sql_literal(words[i]), i);
  return fmt::format("CASE {}{} ELSE 1e9 END, ", sql_name(column), places);
}

/// SQL aggregates of one value over rows of the source.
struct Aggregates {
  std::string mean, count, there;  ///< there: condition that a row has the value
};

Aggregates aggregates(const std::string& value, bool tallied) {
  const std::string name = sql_name(value), total = sql_name(total_name(value)), count = sql_name(count_name(value));
  if (tallied) return {fmt::format("sum({}) / sum({})", total, count), fmt::format("sum({})", count), count + " > 0"};
  return {fmt::format("avg({})", name), fmt::format("count({})", name), name + " IS NOT NULL"};
}

/// Query for all cells, ordered: by, row, column, mean and number of rows of each value, and, where there are several,
/// the number of seeds.
std::string cells_sql(const Pivot& pivot, bool tallied) {
  const std::string by = pivot.by.empty() ? "NULL" : sql_name(pivot.by);
  std::string means, counts, any;
  for (const std::string& value : pivot.values) {
    const auto [mean, count, there] = aggregates(value, tallied);
    means += ", " + mean;
    counts += ", " + count;
    any += fmt::format("{}{}", any.empty() ? "" : " OR ", there);
  }
  return fmt::format("SELECT {}, {}, {}{}{}{} FROM {} WHERE {} GROUP BY {}2, 3 ORDER BY {}1, {}2, {}3", by,
                     sql_name(pivot.rows), sql_name(pivot.columns), means, counts,
                     pivot.seeds ? ", count(DISTINCT seed)" : "", pivot.source, any, pivot.by.empty() ? "" : "1, ",
                     place_sql(pivot.by, pivot.by_words), place_sql(pivot.rows, pivot.words),
                     place_sql(pivot.columns, pivot.column_words));
}

bool is_number(const Cell& cell) {
  return !std::holds_alternative<std::string>(cell);
}

/// One table's cells, as they come.
struct Block {
  Cell by;
  std::vector<std::pair<Cell, std::map<Cell, std::vector<Cell>>>> means;  ///< of rows as they come: [column][value]
  std::vector<Cell> columns;                                              ///< as they come
  std::set<Cell> known;  ///< the same as a set, as there may be a million
  MeanSizes sizes;

  void add(PivotCell cell) {
    sizes.add(cell);
    if (means.empty() || means.back().first != cell.row) means.push_back({cell.row, {}});
    means.back().second[cell.column] = std::move(cell.means);
    if (known.insert(cell.column).second) columns.push_back(cell.column);
  }
};

ColumnTexts texts_of(const Block& block, std::size_t value, Style style) {
  std::vector<double> reals;
  for (const auto& [row, means] : block.means)
    for (const auto& [column, values] : means)
      if (const auto* real = std::get_if<double>(&values[value])) reals.push_back(*real);
  return {std::move(reals), style};
}

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
  put_in_order(block.columns, pivot.column_words);
  for (const Cell& column : block.columns) {
    const std::string name = display(column, selection.style(pivot.columns));
    for (const std::string& value : pivot.values) {
      table.header.push_back(pivot.values.size() == 1 ? name : name + ' ' + value);
      table.numeric.push_back(true);
    }
  }
  std::vector<ColumnTexts> texts;
  for (std::size_t v = 0; v < pivot.values.size(); ++v)
    texts.push_back(texts_of(block, v, selection.style(pivot.values[v])));
  for (const auto& [row, means] : block.means) {
    std::vector<std::string> cells{display(row, selection.style(pivot.rows))};
    for (const Cell& column : block.columns) {
      const auto found = means.find(column);
      for (std::size_t v = 0; v < pivot.values.size(); ++v)
        cells.push_back(texts[v](found == means.end() ? Cell() : found->second[v]));
    }
    table.rows.push_back(std::move(cells));
  }
  if (const std::string note = block.sizes.note("Each cell"); !note.empty()) table.footnotes.push_back(note);
  return table;
}

}  // namespace

void put_in_order(std::vector<Cell>& cells, const std::vector<std::string>& words) {
  const auto place = [&](const Cell& cell) {
    const auto* const word = std::get_if<std::string>(&cell);
    return word ? std::find(words.begin(), words.end(), *word) - words.begin() : std::ssize(words);
  };
  std::sort(cells.begin(), cells.end(),
            [&](const Cell& a, const Cell& b) { return place(a) != place(b) ? place(a) < place(b) : a < b; });
}

void MeanSizes::add(const PivotCell& cell) {
  for (const std::int64_t count : cell.counts) {
    if (count > 0) fewest = fewest == 0 ? count : std::min(fewest, count);
    most = std::max(most, count);
  }
  most_seeds = std::max(most_seeds, cell.seeds);
}

std::string MeanSizes::note(std::string_view what) const {
  if (most < 2) return {};
  return fmt::format("{} is the mean of {} trials{}", what,
                     fewest == most ? std::to_string(most) : fmt::format("{} to {}", fewest, most),
                     most_seeds > 1 ? fmt::format(" of up to {} seeds; --by seed parts them", most_seeds) : "");
}

std::vector<PivotCell> pivot_cells(Selection& selection, const Pivot& pivot) {
  std::vector<PivotCell> found;
  selection.query(cells_sql(pivot, selection.tallied()), [&](const std::vector<Cell>& cells) {
    const auto size = static_cast<std::ptrdiff_t>(pivot.values.size());
    const auto means = cells.begin() + 3, counts = means + size, seeds = counts + size;
    PivotCell& cell = found.emplace_back(PivotCell{cells[0], cells[1], cells[2], {means, counts}, {}});
    for (auto count = counts; count != seeds; ++count) cell.counts.push_back(std::get<std::int64_t>(*count));
    if (pivot.seeds) cell.seeds = std::get<std::int64_t>(*seeds);
  });
  return found;
}

std::vector<Table> pivot_tables(Selection& selection, const Pivot& pivot) {
  std::vector<Block> blocks;
  for (PivotCell& cell : pivot_cells(selection, pivot)) {
    if (blocks.empty() || blocks.back().by != cell.by) blocks.emplace_back().by = cell.by;
    blocks.back().add(std::move(cell));
  }
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
  selection.query(cells_sql(pivot, selection.tallied()), [&](const std::vector<Cell>& cells) {
    records.write({cells.begin() + (pivot.by.empty() ? 1 : 0), cells.end()});
  });
  records.finish();
}

}  // namespace stormsweep
