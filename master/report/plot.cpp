#include "master/report/plot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "master/report/declared.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// The rows in their order, if some are not numbers; otherwise empty.
std::vector<Cell> words_across(const std::vector<PivotCell>& cells, const std::vector<std::string>& order) {
  std::set<Cell> rows;
  for (const PivotCell& cell : cells) rows.insert(cell.row);
  if (std::all_of(rows.begin(), rows.end(), [](const Cell& row) { return number(row).has_value(); })) return {};
  std::vector<Cell> words(rows.begin(), rows.end());
  put_in_order(words, order);
  return words;
}

/// The spacing that the search's space declares, or that its list of values suggests. Other columns (trial numbers,
/// epochs, lead times) are linear.
Spacing spacing_across(Selection& selection, const std::string& column, const std::vector<PivotCell>& cells) {
  const Declared about = declared(selection, column);
  if (!about.hyperparameter) return Spacing::linear;
  if (about.logarithmic) return *about.logarithmic ? Spacing::logarithmic : Spacing::linear;
  std::set<double> values;
  for (const PivotCell& cell : cells)
    if (const auto value = number(cell.row)) values.insert(*value);
  return grows(std::vector<double>(values.begin(), values.end())) ? Spacing::logarithmic : Spacing::by_values;
}

/// Numbers of a legend in one format: 0.0001 beside 0.001.
std::string number_text(const Cell& cell, int digits = 12) {
  const auto* const real = std::get_if<double>(&cell);
  return real ? fmt::format("{:.{}g}", *real, digits) : display(cell, Style::plain);
}

/// The fewest digits, from 4 to 12, that make all of them different.
int telling_digits(const std::vector<Cell>& columns) {
  const auto tells = [&](int digits) {
    std::set<std::string> texts;
    for (const Cell& column : columns) texts.insert(number_text(column, digits));
    return texts.size() == columns.size();
  };
  int digits = 4;
  while (digits < 12 && !tells(digits)) ++digits;
  return digits;
}

void check_lines(std::size_t count) {
  if (count == 0) throw InputError("--plot: no trial has a value to draw; run the search first, or ask for another");
  if (count > Chart::most_lines)
    throw InputError(
        fmt::format("--plot: {} lines cannot be told apart; choose at most {} with --where", count, Chart::most_lines));
}

/// The lines of a cross table, one for each column and value that has any number, in the order of the table's columns.
class PivotLines {
 public:
  PivotLines(const Pivot& pivot, const std::vector<PivotCell>& cells) {
    std::set<std::pair<Cell, std::size_t>> known;
    std::set<Cell> columns;
    for (const PivotCell& cell : cells)
      for (std::size_t v = 0; v < pivot.values.size(); ++v)
        if (number(cell.means[v]) && known.emplace(cell.column, v).second) columns.insert(cell.column);
    check_lines(known.size());
    std::vector<Cell> order(columns.begin(), columns.end());
    put_in_order(order, pivot.column_words);
    const int digits = telling_digits(order);
    for (const Cell& column : order)
      for (std::size_t v = 0; v < pivot.values.size(); ++v)
        if (known.contains({column, v})) {
          places_[{column, v}] = lines_.size();
          lines_.push_back({name_of(pivot, column, digits, v), {}});
        }
  }

  /// The lines, without points.
  const std::vector<Chart::Line>& empty() const { return lines_; }
  std::size_t place(const Cell& column, std::size_t value) const { return places_.at({column, value}); }

 private:
  /// "epochs 5", or the word itself in a column of words.
  static std::string name_of(const Pivot& pivot, const Cell& column, int digits, std::size_t value) {
    const std::string text = number_text(column, digits);
    const std::string name = number(column) ? fmt::format("{} {}", pivot.columns, text) : text;
    return pivot.values.size() == 1 ? name : fmt::format("{}, {}", name, pivot.values[value]);
  }

  std::vector<Chart::Line> lines_;
  std::map<std::pair<Cell, std::size_t>, std::size_t> places_;
};

/// Appends a step; a level stretch keeps only its two ends.
void extend(std::vector<Position>& steps, const Position& next) {
  const std::size_t count = steps.size();
  if (count > 1 && steps[count - 1].y == next.y && steps[count - 2].y == next.y) steps.pop_back();
  steps.push_back(next);
}

/// More dots than this would overlap.
constexpr std::size_t most_dots = 1000;

void thin(Chart::Line& line) {
  const std::size_t every = (line.points.size() + most_dots - 1) / most_dots;
  if (every <= 1) return;
  std::vector<Position> kept;
  for (std::size_t i = 0; i < line.points.size(); i += every) kept.push_back(line.points[i]);
  line.points = std::move(kept);
  line.name += fmt::format(" (one of {})", every);
}

/// Throws InputError where the values do not share a unit, so that one axis cannot show them all.
void check_units(Selection& selection, const std::vector<std::string>& values) {
  for (const std::string& value : values)
    if (declared(selection, value).unit != declared(selection, values[0]).unit)
      throw InputError(fmt::format("--value: {} and {} are of different units and share no axis; give each a figure",
                                   with_unit(selection, values[0]), with_unit(selection, value)));
}

}  // namespace

Chart plot_pivot(Selection& selection, const Pivot& pivot) {
  check_units(selection, pivot.values);
  const std::vector<PivotCell> cells = pivot_cells(selection, pivot);
  const std::vector<Cell> words = words_across(cells, pivot.words);
  std::vector<std::string> values = pivot.values;
  values.back() = with_unit(selection, values.back());  // the unit of all
  Chart chart{with_unit(selection, pivot.rows), fmt::format("{}", fmt::join(values, ", ")), {}, {}};
  chart.spacing = spacing_across(selection, pivot.rows, cells);
  for (const Cell& word : words) chart.words.push_back(display(word, Style::plain));
  MeanSizes sizes;
  const PivotLines lines(pivot, cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    sizes.add(cells[i]);
    if (i == 0 || cells[i].by != cells[i - 1].by)
      chart.panels.push_back(
          {pivot.by.empty() ? "" : fmt::format("{} {}", pivot.by, number_text(cells[i].by)), lines.empty()});
    const auto word = std::find(words.begin(), words.end(), cells[i].row);
    const double x = words.empty() ? *number(cells[i].row) : static_cast<double>(word - words.begin());
    for (std::size_t v = 0; v < pivot.values.size(); ++v)
      if (const auto y = number(cells[i].means[v]))
        chart.panels.back().lines[lines.place(cells[i].column, v)].points.push_back({x, *y});
  }
  chart.note = sizes.note("Each point");
  return chart;
}

Chart plot_history(Selection& selection, const SearchSummary& search, const std::string& metric) {
  Chart::Line trials{"trials", {}, Chart::Style::dots}, best{"best so far", {}, Chart::Style::steps},
      without{"", {}, Chart::Style::at_axis};
  const bool minimize = search.minimizes();
  double last = 0;
  selection.query(
      fmt::format(
          "SELECT trial, CASE status WHEN 'complete' THEN CAST({} AS REAL) END FROM selected WHERE {} ORDER BY trial",
          sql_name(metric), has_ended),
      [&](const std::vector<Cell>& row) {
        const auto value = number(row[1]);
        last = *number(row[0]);
        if (!value) return without.points.push_back({*number(row[0]), 0});
        const Position point{*number(row[0]), *value};
        const double before = best.points.empty() ? point.y : best.points.back().y;
        trials.points.push_back(point);
        extend(best.points, {point.x, minimize ? std::min(before, point.y) : std::max(before, point.y)});
      });
  if (!best.points.empty() && best.points.back().x < last) extend(best.points, {last, best.points.back().y});
  without.name = fmt::format("{} without a value", without.points.size());
  Chart chart{"trial", with_unit(selection, metric), {}, {}};
  chart.spacing = Spacing::linear;
  if (!trials.points.empty()) {
    thin(trials);
    auto& lines = chart.panels.emplace_back(Chart::Panel{"", {std::move(trials)}}).lines;
    if (metric == search.choice()) lines.push_back(std::move(best));
    if (!without.points.empty()) lines.push_back(std::move(without));
  }
  check_lines(chart.panels.empty() ? 0 : chart.panels[0].lines.size());
  return chart;
}

}  // namespace stormsweep
