#include "master/cli/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

const std::vector<const char*> of_spaces{"workers", "threads", "device", "results", "report"};
const std::vector<const char*> of_run{"workers", "threads", "device"};
const std::vector<const char*> of_databases{"ranks", "trials", "failures-per-hour", "restart", "seed", "search"};
const std::vector<const char*> of_forecasts{"machine", "at", "plot"};
constexpr std::uint64_t most_counted = 10'000'000;
constexpr std::size_t most_configurations = 8;

/// Binds the options of all questions; refuse_others then refuses those of the questions that were not asked.
Syntax syntax_of(std::string& what, ScheduleQuestion& of_space, ReplayQuestion& of_database,
                 ScalingQuestion& of_scaling) {
  return {
      .command = "stormsweep compare",
      .usage = "SPACE|DATABASE [options]",
      .summary =
          "Of a search space: runs it under both schedules, checks that all metrics agree to the last bit, and tells "
          "how\n"
          "the ranks spent their time. Of a results database: replays its trainings on other numbers of ranks.\n"
          "With --scaling, of a space: predicts how one network trains on ever more ranks (weak scaling), by constants "
          "of\n"
          "machines and, with --results, by trials that have run. Runs nothing; the space's data must be there.\n"
          "Exit status: 0 the same results, 1 some value differs or a trial failed, otherwise as `run`.",
      .example =
          "stormsweep compare quick.json --workers 3\n"
          "stormsweep compare tornado.db --ranks 8,64,512 --trials 10000 --failures-per-hour 0.01\n"
          "stormsweep compare --scaling weather.json --ranks 1,6,96,1536,27360 --machine summit --plot scaling.svg",
      .operands = {{"what", po::value(&what)->required(), "a search space (JSON), or the database that `run` wrote"}},
      .options = {
          {"workers", po::value(&of_space.workers), "of a space: ranks that train (default: as `run`)"},
          {"threads", po::value<int>(), "... training threads a worker"},
          {"device", po::value<std::string>(), "... auto, cpu or cuda"},
          {"results", po::value<std::string>(),
           "... FILE.db makes FILE-master-worker.db and FILE-synchronous.db (default: the search's name); with "
           "--scaling "
           "a database whose trials tell how fast a rank computes"},
          {"report", po::value(&of_space.report),
           "... FILE.html: a page of both, rank by rank (of a database: stormsweep report)"},
          {"ranks", po::value<std::string>(),
           "of a database, or --scaling: numbers of ranks, a,b,c (default: 8,64,512,4096; with --scaling 1 and these)"},
          {"trials", po::value<std::string>(), "of a database: draw so many trainings from the measured ones"},
          {"failures-per-hour", po::value(&of_database.failures_per_hour), "... of one rank (default: 0)"},
          {"restart", po::value(&of_database.restart), "... seconds that starting a job again costs (default: 60)"},
          {"seed", po::value<std::string>(), "... of the drawing and the failures (default: 0)"},
          {"search", po::value(&of_database.search), "... the search, where it holds several"},
          {"scaling", po::bool_switch(), "predict the weak scaling of a configuration of the space"},
          {"machine", po::value<std::string>(),
           "with --scaling: a,b,c, each the file of a machine (JSON), or one that ships (default: all of them)"},
          {"at", po::value<std::string>(), "... configurations by their numbers, as `plan --at` (default: the first)"},
          {"plot", po::value(&of_scaling.plot), "... FILE.svg, .pdf or .png: efficiency over ranks"},
          {"format", po::value<std::string>()->default_value("text"), "text or json"},
      }};
}

bool is_database(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(15, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  return head == "SQLite format 3";  // https://www.sqlite.org/fileformat.html, section 1.3
}

void refuse_others(const po::variables_map& values, const std::vector<const char*>& others, std::string_view what,
                   std::string_view own) {
  for (const char* option : others)
    if (values.count(option))
      throw InputError(fmt::format("stormsweep compare: --{} says nothing about {}; give it without", option, what) +
                       (own.empty() ? "" : fmt::format(", or {}", own)));
}

std::uint64_t counted(const std::string& text, const char* option, std::uint64_t least, std::uint64_t most) {
  const auto value = whole_number(text);
  if (!value || *value < least || *value > most)
    throw InputError(
        fmt::format("stormsweep compare: --{} is {}; give an integer from {} to {}", option, text, least, most));
  return *value;
}

void check_not_negative(const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value))
    throw InputError(fmt::format("stormsweep compare: --{} is {}; give 0 or more", option, value));
}

std::vector<std::size_t> ranks_of(const po::variables_map& values, const char* by_default) {
  const std::string list = values.count("ranks") ? values["ranks"].as<std::string>() : by_default;
  std::vector<std::size_t> ranks;
  for (const std::string& rank : split_list(list)) ranks.push_back(counted(rank, "ranks", 1, most_counted));
  if (ranks.empty()) counted("", "ranks", 1, most_counted);
  return ranks;
}

std::vector<std::uint64_t> configurations_of(const std::string& list) {
  std::vector<std::uint64_t> numbers;
  for (const std::string& word : split_list(list)) numbers.push_back(counted(word, "at", 0, UINT64_MAX));
  if (numbers.size() > most_configurations)
    throw InputError(fmt::format("stormsweep compare: --at names {} configurations; give at most {}", numbers.size(),
                                 most_configurations));
  return numbers;
}

int scale(const po::variables_map& values, ScalingQuestion question) {
  refuse_others(values, {"workers", "threads", "device", "report"}, "--scaling", "");
  refuse_others(values, {"trials", "failures-per-hour", "restart", "seed", "search"}, "--scaling", "");
  question.ranks = ranks_of(values, "1,8,64,512,4096");
  std::ranges::sort(question.ranks);
  question.ranks.erase(std::ranges::unique(question.ranks).begin(), question.ranks.end());
  if (values.count("machine")) question.machines = split_list(values["machine"].as<std::string>());
  if (values.count("at")) question.at = configurations_of(values["at"].as<std::string>());
  if (values.count("results")) question.results = values["results"].as<std::string>();
  return compare_scaling(question);
}

int compare_space(const po::variables_map& values, ScheduleQuestion question) {
  refuse_others(values, of_databases, "a search space", "a results database");
  refuse_others(values, of_forecasts, "a search space", "--scaling");
  for (const char* option : of_run) {
    if (!values.count(option)) continue;
    const po::variable_value& value = values[option];
    const bool word = value.value().type() == typeid(std::string);
    question.passed_on.push_back(fmt::format("--{}", option));
    question.passed_on.push_back(word ? value.as<std::string>() : std::to_string(value.as<int>()));
  }
  if (values.count("results")) question.results = values["results"].as<std::string>();
  return compare_schedules(question);
}

int compare_database(const po::variables_map& values, ReplayQuestion question) {
  refuse_others(values, of_spaces, "a results database", "a search space");
  refuse_others(values, of_forecasts, "a results database", "--scaling and a search space");
  question.ranks = ranks_of(values, "8,64,512,4096");
  if (values.count("trials")) question.trials = counted(values["trials"].as<std::string>(), "trials", 1, most_counted);
  if (values.count("seed")) question.seed = counted(values["seed"].as<std::string>(), "seed", 0, UINT64_MAX);
  check_not_negative("failures-per-hour", question.failures_per_hour);
  check_not_negative("restart", question.restart);
  return compare_replays(question);
}

}  // namespace

int compare_command(const Arguments& arguments) {
  std::string what;
  ScheduleQuestion of_space;
  ReplayQuestion of_database;
  ScalingQuestion of_scaling;
  const auto values = parse_options(arguments, syntax_of(what, of_space, of_database, of_scaling));
  if (!values) return exit_done;
  of_space.command = "stormsweep compare " + shell_words(arguments);
  of_space.space = of_database.database = of_scaling.space = what;
  of_space.json = of_database.json = of_scaling.json = one_of({"text", "json"}, "format", *values) == "json";
  if (!std::filesystem::is_regular_file(what))
    throw InputError(fmt::format("{}: there is no such file; give a search space, or a results database", what));
  if ((*values)["scaling"].as<bool>()) return scale(*values, of_scaling);
  return is_database(what) ? compare_database(*values, of_database) : compare_space(*values, of_space);
}

}  // namespace stormsweep
