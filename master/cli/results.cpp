#include "master/cli/results.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "master/cli/results_columns.hpp"
#include "master/cli/results_question.hpp"
#include "master/report/declared.hpp"
#include "master/report/markup.hpp"
#include "master/report/optuna_journal.hpp"
#include "master/report/pivot.hpp"
#include "master/report/plot.hpp"
#include "master/report/records.hpp"
#include "master/report/selection.hpp"
#include "master/report/skill.hpp"
#include "master/report/tally.hpp"
#include "master/store/kept_models.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"
#include "search/base/text.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

using Names = std::vector<std::string>;

bool is_records(const std::string& format) {
  return format == "csv" || format == "json";
}

Records::Format records_format(const std::string& format) {
  return format == "csv" ? Records::Format::csv : Records::Format::json;
}

/// On a terminal only the columns that fit, but always those in `stay`.
std::string text_of(const Table& table, bool wide, const Names& stay) {
  const auto width = wide ? std::nullopt : terminal_width(STDOUT_FILENO);
  return to_text(width ? fitted(table, static_cast<std::size_t>(*width), "--wide prints them", stay) : table);
}

void print(const Table& table, const ResultsQuestion& q, const Names& stay = {}) {
  if (q.format == "text") std::cout << text_of(table, q.wide, stay);
  if (q.format == "markdown") std::cout << to_markdown(table);
  if (q.format == "latex") std::cout << to_latex(table);
}

/// The text in place of an empty table: `otherwise`, unless --where matches no trial. That is not known for --best and
/// groups, which select only complete trials.
std::string nothing(Selection& selection, const ResultsQuestion& q, const std::string& otherwise) {
  if (q.where.empty()) return otherwise;
  if (q.best || !q.over.empty()) return otherwise + ", of those that meet --where";
  const bool none = selection.first("SELECT EXISTS (SELECT 1 FROM selected)") == Cell(std::int64_t{0});
  return none ? "no trial meets --where" : otherwise;
}

/// `footnotes` go below a table; `none` replaces a table without rows.
void print_rows(Selection& selection, const Names& names, const std::string& rest, const ResultsQuestion& q,
                const std::string& none, const Names& footnotes = {}) {
  Names identifiers;
  for (const std::string& name : names) identifiers.push_back(selection.column("--show", name));
  const std::string sql = fmt::format("SELECT {} FROM selected {}", fmt::join(identifiers, ", "), rest);
  if (!is_records(q.format)) {
    Table table = collect(selection, names, sql);
    table.footnotes = footnotes;
    Names stay;  // the columns that trials are chosen by
    for (const SearchSummary& search : selection.searches()) stay.push_back(search.choice());
    if (!table.rows.empty()) return print(table, q, stay);
    std::cout << one_line(nothing(selection, q, none)) << '\n';
    return;
  }
  Records records(std::cout, records_format(q.format), names);
  selection.query(sql, [&](const std::vector<Cell>& cells) { records.write(cells); });
  records.finish();
}

/// Explains the rows of groups.
Names group_footnotes(const ResultsQuestion& q) {
  if (q.over.empty()) return {};
  return {fmt::format("Each row is the mean of complete trials over {}; {} is the standard deviation of a sample",
                      fmt::join(q.over, ", "), deviation_suffix)};
}

/// The columns of rows; `telling` gives those for people to read.
Names columns_of_rows(Selection& selection, const ResultsQuestion& q, Names (*telling)(Selection&)) {
  if (!q.show.empty()) return q.show;
  return is_records(q.format) ? selection.columns() : telling(selection);
}

void print_all(Selection& selection, const ResultsQuestion& q) {
  const Names names = columns_of_rows(selection, q, telling_columns);
  const std::string number = selection.number(), sort = q.sort.empty() ? number : q.sort;
  print_rows(selection, names,
             fmt::format("ORDER BY {} {} NULLS LAST, {}", selection.column("--sort", sort), q.direction, number), q,
             "no trial yet", group_footnotes(q));
}

/// The files of kept networks of the trials that `rest` selects. None with several databases, whose trials get new
/// numbers here.
Names model_footnotes(Selection& selection, const ResultsQuestion& q, const std::string& rest) {
  Names footnotes;
  if (q.databases.size() > 1) return footnotes;
  selection.query("SELECT trial FROM selected " + rest, [&](const std::vector<Cell>& cells) {
    const std::int64_t trial = std::get<std::int64_t>(cells[0]);
    const std::filesystem::path file = model_file(q.databases[0], TrialId{static_cast<std::uint64_t>(trial)});
    if (std::filesystem::exists(file))
      footnotes.push_back(fmt::format("network of trial {}: {}", trial, file.string()));
  });
  return footnotes;
}

/// Footnotes on the best trials.
Names best_footnotes(Selection& selection, const ResultsQuestion& q, const std::string& rest) {
  if (!q.over.empty()) return group_footnotes(q);
  Names footnotes = without_skill(selection, rest);
  std::ranges::move(model_footnotes(selection, q, rest), std::back_inserter(footnotes));
  return footnotes;
}

void print_best(Selection& selection, const ResultsQuestion& q) {
  const SearchSummary& search = only_search(selection.searches(), "--best: the file");
  const std::string number = selection.number();
  std::string rest =
      fmt::format("WHERE {} IS NOT NULL ORDER BY {} LIMIT {}", sql_name(search.choice()), search.best_first(), *q.best);
  if (!q.sort.empty())
    rest = fmt::format("WHERE {0} IN (SELECT {0} FROM selected {1}) ORDER BY {2} {3} NULLS LAST, {0}", number, rest,
                       selection.column("--sort", q.sort), q.direction);
  print_rows(selection, columns_of_rows(selection, q, best_columns), rest, q,
             fmt::format("no complete trial has a {} yet", search.metric), best_footnotes(selection, q, rest));
}

void plot(const Chart& chart, const std::string& file) {
  draw(chart).save(file);
  std::cout << file << '\n';
}

void print_pivot(Selection& selection, const Pivot& pivot, const ResultsQuestion& q) {
  if (!q.plot.empty()) return plot(plot_pivot(selection, pivot), q.plot);
  if (is_records(q.format)) return pivot_records(selection, pivot, std::cout, records_format(q.format));
  const std::vector<Table> tables = pivot_tables(selection, pivot);
  if (tables.empty())
    std::cout << one_line(nothing(selection, q,
                                  fmt::format("no trial has a value of {} yet", fmt::join(pivot.values, ", "))))
              << '\n';
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i > 0) std::cout << '\n';
    print(tables[i], q);
  }
}

/// The columns whose means the cells show.
Names value_columns(Selection& selection, const ResultsQuestion& q) {
  Names names = q.value;
  if (names.empty()) names = {only_search(selection.searches(), "--value: the file").choice()};
  for (const std::string& value : names) {
    const std::string name = selection.column("--value", value);
    const Cell words = selection.first(fmt::format("SELECT count(*) FROM selected WHERE typeof({}) = 'text'",
                                                   selection.tallied() ? sql_name(total_name(value)) : name));
    if (std::get<std::int64_t>(words) > 0)
      throw InputError(fmt::format("--value: {} holds words; give a column of numbers", value));
  }
  return names;
}

/// The history of one metric, the search's own unless another is asked for.
Chart history(Selection& selection, const ResultsQuestion& q) {
  const SearchSummary& search = only_search(selection.searches(), "--plot: the file");
  const Names values = value_columns(selection, q);
  if (values.size() > 1) throw InputError("--value: a history is of one column; give one, or --rows and --columns");
  return plot_history(selection, search, values[0]);
}

/// Throws InputError where its columns are not there, or not two.
void check_cross_table(const Selection& selection, const ResultsQuestion& q) {
  for (const std::string& value : q.value) selection.column("--value", value);
  for (const auto& [option, name] : {std::pair{"--rows", &q.rows}, std::pair{"--columns", &q.columns}}) {
    if (name->empty()) throw InputError(fmt::format("{} is missing; a cross table has --rows and --columns", option));
    selection.column(option, *name);
  }
  if (q.rows == q.columns)
    throw InputError(fmt::format("--columns is {}, as --rows is; give two different columns", q.columns));
  if (!q.by.empty()) selection.column("--by", q.by);
}

void print_cross_table(Selection& selection, const ResultsQuestion& q) {
  check_cross_table(selection, q);  // of groups, it had other columns before
  Pivot pivot{q.rows,
              q.columns,
              q.by,
              value_columns(selection, q),
              "(SELECT * FROM selected WHERE status = 'complete')",
              !selection.with_values({"seed"}, 2).empty()};
  pivot.words = declared(selection, q.rows).words;
  pivot.column_words = declared(selection, q.columns).words;
  if (!pivot.by.empty()) pivot.by_words = declared(selection, pivot.by).words;
  print_pivot(selection, pivot, q);
}

/// The curve over `coordinate`.
const Curve& find_curve(const Selection& selection, const std::string& coordinate) {
  Names known;
  for (const Curve& curve : selection.curves()) {
    if (curve.coordinate == coordinate) return curve;
    known.push_back(curve.coordinate);
  }
  throw InputError(fmt::format("--curve is {}; {}", coordinate, suggestion(coordinate, known)));
}

void print_curve(Selection& selection, const std::string& coordinate, const ResultsQuestion& q) {
  const Curve& curve = find_curve(selection, coordinate);
  Names names = q.value;
  for (const std::string& name : names)
    if (std::find(curve.metrics.begin(), curve.metrics.end(), name) == curve.metrics.end())
      throw InputError(fmt::format("--value: {} has no {}; {}", coordinate, name, suggestion(name, curve.metrics)));
  if (names.empty())
    names = {curve.view == "curves" ? only_search(selection.searches(), "--value: the file").metric : curve.metrics[0]};
  selection.query(
      fmt::format("CREATE TEMP TABLE points AS SELECT * FROM {} WHERE trial IN (SELECT trial FROM selected)",
                  sql_name(curve.view)),
      {});
  print_pivot(selection, {coordinate, "trial", "", names, "points", false, curve.words}, q);
}

/// SQL after a condition on `results` that selects the --best trials of the search. For LIMIT, SQLite would use an
/// index and look up each row; trial > 0, which is true for all, makes it scan the table.
std::string best_trials(const SearchSummary& search, std::uint64_t count) {
  return fmt::format("AND trial > 0 AND status = 'complete' ORDER BY {} LIMIT {}", search.best_first(), count);
}

/// What to copy for questions that may be about millions of trials; null: everything.
Selection::Needs needs(const ResultsQuestion& q) {
  if (!q.over.empty() || !q.curve.empty()) return nullptr;
  if (!q.rows.empty() || !q.columns.empty())
    return [&q](const Selection& there) {
      check_cross_table(there, q);
      Names values = q.value;
      if (values.empty())
        for (const SearchSummary& search : there.searches()) values.push_back(search.choice());
      return Selection::Needed{values, {q.rows, q.columns, q.by}};
    };
  if (q.best && q.plot.empty() && q.format != "optuna")
    return [&q](const Selection& there) {
      return Selection::Needed{{}, {}, best_trials(only_search(there.searches(), "--best: the file"), *q.best)};
    };
  return nullptr;
}

}  // namespace

int results_command(const Arguments& arguments) {
  const auto question = parse_results_question(arguments);
  if (!question) return exit_done;
  const ResultsQuestion& q = *question;
  Selection selection(std::vector<std::filesystem::path>(q.databases.begin(), q.databases.end()), q.search, q.where,
                      needs(q));
  if (!q.over.empty()) selection.group_over(q.over);
  if (!q.curve.empty())
    print_curve(selection, q.curve, q);
  else if (!q.rows.empty() || !q.columns.empty())
    print_cross_table(selection, q);
  else if (q.format == "optuna")
    optuna_journal(selection, only_search(selection.searches(), "--format optuna: the file"), std::cout);
  else if (!q.plot.empty())
    plot(history(selection, q), q.plot);
  else if (q.best)
    print_best(selection, q);
  else
    print_all(selection, q);
  return exit_done;
}

}  // namespace stormsweep
