#include "master/cli/results_question.hpp"

#include <fmt/format.h>

#include <sstream>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

/// Options whose text must still be split into names.
struct Words {
  std::string sort, show, value, over;
  bool epochs = false;  ///< --curves
};

std::uint64_t best_count(const std::string& text) {
  const auto count = whole_number(text);
  if (!count || *count == 0 || *count > std::uint64_t{INT64_MAX})
    throw InputError(fmt::format("--best is {}; give 1 or more", text));
  return *count;
}

Syntax syntax_of(ResultsQuestion& q, Words& words) {
  const auto set_best = [&q](const std::string& text) { q.best = best_count(text); };
  return {
      .command = "stormsweep results",
      .usage = "DATABASE... [options]",
      .summary =
          "Prints trials: a row each, the best ones, a cross table of means, or curves. Of several databases (parts of "
          "a\n"
          "search that several jobs share) it prints the union, its trials numbered anew.",
      .example =
          "stormsweep results tornado.db --where \"batch_size <= 1024\" --sort \"wall_seconds desc\"\n"
          "stormsweep results tornado.db --best 5\n"
          "stormsweep results tornado.db --best 5 --over replicate\n"
          "stormsweep results tornado.db --rows batch_size --columns data_multiplier --by epochs --value wall_seconds\n"
          "stormsweep results tornado.db --curves --value train_loss,train_accuracy --where \"batch_size = 128\"\n"
          "stormsweep results tornado.db --rows batch_size --columns epochs --value test_auc --plot auc.pdf\n"
          "stormsweep results tornado.db --format csv > tornado.csv\n"
          "stormsweep results tornado-0.db tornado-1.db tornado-2.db --best 5",
      .operands = {{"database", po::value(&q.databases)->required()->composing(), "files that `run` wrote"}},
      .options = {
          {"search", po::value(&q.search)->default_value(""), "only trials of this search (default: of all)"},
          {"where", po::value(&q.where)->default_value(""), "only trials for which this SQL condition holds"},
          {"sort", po::value(&words.sort), "COLUMN, or \"COLUMN desc\" (default: trial)"},
          {"best", po::value<std::string>()->notifier(set_best), "the best N complete trials, by the search's metric"},
          {"over", po::value(&words.over),
           "one row, of means and standard deviations, for all complete trials that agree in all but these "
           "hyperparameters, a,b,c; --best is then by the mean"},
          {"show", po::value(&words.show),
           "columns of the rows, a,b,c (default: all in csv and json, otherwise what varies and matters)"},
          {"rows", po::value(&q.rows), "cross table of complete trials: what runs down"},
          {"columns", po::value(&q.columns), "... what runs across"},
          {"by", po::value(&q.by)->default_value(""), "... a table for each value of this"},
          {"value", po::value(&words.value),
           "what the cells hold the mean of, a or a,b,c, or the history shows (default: the search's metric, or a "
           "profile's first)"},
          {"curve", po::value(&q.curve), "cross table of --value by this, epoch or a profile, and trial"},
          {"curves", po::bool_switch(&words.epochs), "the same as --curve epoch"},
          {"plot", po::value(&q.plot),
           "draw the cross table, the curves, or the history of the metric: a file.svg, .pdf or .png"},
          {"wide", po::bool_switch(&q.wide), "all columns, even where the terminal has no room for them"},
          {"format", po::value(&q.format)->default_value("text"),
           "text, markdown, csv, json, latex, or optuna: a journal that optuna-dashboard opens"},
      }};
}

/// "index", in the double quotes that SQL needs for it, becomes index.
std::string unquoted(const std::string& name) {
  const bool quoted = name.size() > 2 && name.front() == '"' && name.back() == '"';
  return quoted ? name.substr(1, name.size() - 2) : name;
}

std::vector<std::string> columns(const std::string& list) {
  std::vector<std::string> names;
  for (const std::string& name : split_list(list)) names.push_back(unquoted(name));
  return names;
}

void read_sort(const std::string& sort, ResultsQuestion& q) {
  std::istringstream words(sort);
  std::string direction, more;
  words >> q.sort >> direction >> more;
  q.direction = lower(direction);
  if (!more.empty() || (!direction.empty() && q.direction != "asc" && q.direction != "desc"))
    throw InputError(fmt::format("--sort is \"{}\"; give a column, or a column and asc or desc", sort));
}

/// Refuses options that have no effect on the chosen answer, since the user expects one.
void refuse_idle_options(const ResultsQuestion& q) {
  const bool table = !q.rows.empty() || !q.columns.empty(), curves = !table && !q.curve.empty();
  const bool list = !table && !curves, history = list && !q.plot.empty();
  const char* const advice = table     ? "a cross table (--rows, --columns) has no use for it; leave it out"
                             : curves  ? "a table of curves (--curve) has no use for it; leave it out"
                             : history ? "a figure of the history has no use for it; leave it out"
                                       : "this is of a cross table or curves; give --rows and --columns, or --curve";
  struct Option {
    const char* name;
    bool given, of_use;
  };
  for (const auto& [name, given, of_use] :
       {Option{"--best", q.best.has_value(), list}, Option{"--show", !q.show.empty(), list},
        Option{"--sort", !q.sort.empty(), list && !history}, Option{"--curve", !q.curve.empty(), !table},
        Option{"--by", !q.by.empty(), table}, Option{"--value", !q.value.empty(), !list || history}})
    if (given && !of_use) throw InputError(fmt::format("{}: {}", name, advice));
}

}  // namespace

std::optional<ResultsQuestion> parse_results_question(const Arguments& arguments) {
  ResultsQuestion q;
  Words words;
  const auto values = parse_options(arguments, syntax_of(q, words));
  if (!values) return std::nullopt;
  one_of({"text", "markdown", "csv", "json", "latex", "optuna"}, "format", *values);
  if (!words.sort.empty()) read_sort(words.sort, q);
  if (words.epochs && q.curve.empty()) q.curve = "epoch";
  for (std::string* name : {&q.sort, &q.rows, &q.columns, &q.by, &q.curve}) *name = unquoted(*name);
  q.show = columns(words.show);
  q.value = columns(words.value);
  q.over = columns(words.over);
  if (!q.plot.empty() && (q.best || !q.over.empty() || !q.show.empty() || !values->at("format").defaulted()))
    throw InputError(
        "--plot draws a cross table (--rows, --columns), curves (--curve) or the history; leave --best, "
        "--over, --show and --format out");
  const bool choosing = q.best || !q.over.empty() || !q.show.empty() || !q.sort.empty() || !q.rows.empty() ||
                        !q.columns.empty() || !q.curve.empty();
  if (q.format == "optuna" && choosing)
    throw InputError(
        "--format optuna: a journal is of trials as they are; choose them with --where and --search alone");
  if (!q.over.empty() && (!q.rows.empty() || !q.columns.empty() || !q.curve.empty()))
    throw InputError("--over: the cells of a cross table and of curves are means already; leave --over out");
  refuse_idle_options(q);
  return q;
}

}  // namespace stormsweep
