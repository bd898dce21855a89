#include "master/cli/compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <fstream>

#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

const std::vector<const char*> of_spaces{"workers", "threads", "device", "results", "report"};
const std::vector<const char*> of_run{"workers", "threads", "device"};
const std::vector<const char*> of_databases{"ranks", "trials", "failures-per-hour", "restart", "seed", "search"};

/// Binds the options of both questions; refuse_others then refuses those of the one that was not asked.
Syntax syntax_of(std::string& what, ScheduleQuestion& of_space, ReplayQuestion& of_database) {
  return {
      .command = "stormsweep compare",
      .usage = "SPACE|DATABASE [options]",
      .summary =
          "Of a search space: runs it under both schedules, checks that all metrics agree to the last bit, and tells "
          "how\n"
          "the ranks spent their time. Of a results database: replays its trainings on other numbers of ranks.\n"
          "Exit status: 0 the same results, 1 some value differs or a trial failed, otherwise as `run`.",
      .example =
          "stormsweep compare quick.json --workers 3\n"
          "stormsweep compare tornado.db --ranks 8,64,512 --trials 10000 --failures-per-hour 0.01",
      .operands = {{"what", po::value(&what)->required(), "a search space (JSON), or the database that `run` wrote"}},
      .options = {
          {"workers", po::value(&of_space.workers), "of a space: ranks that train (default: as `run`)"},
          {"threads", po::value<int>(), "... training threads a worker"},
          {"device", po::value<std::string>(), "... auto, cpu or cuda"},
          {"results", po::value<std::string>(),
           "... FILE.db makes FILE-master-worker.db and FILE-synchronous.db (default: the search's name)"},
          {"report", po::value(&of_space.report),
           "... FILE.html: a page of both, rank by rank (of a database: stormsweep report)"},
          {"ranks", po::value<std::string>(), "of a database: numbers of ranks, a,b,c (default: 8,64,512,4096)"},
          {"trials", po::value<std::string>(), "... draw so many trainings from the measured ones"},
          {"failures-per-hour", po::value(&of_database.failures_per_hour), "... of one rank (default: 0)"},
          {"restart", po::value(&of_database.restart), "... seconds that starting a job again costs (default: 60)"},
          {"seed", po::value<std::string>(), "... of the drawing and the failures (default: 0)"},
          {"search", po::value(&of_database.search), "... the search, where it holds several"},
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

std::uint64_t whole(const std::string& text, const char* option, std::uint64_t least, std::uint64_t most) {
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

int compare_space(const po::variables_map& values, ScheduleQuestion question) {
  refuse_others(values, of_databases, "a search space", "a results database");
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
  constexpr std::uint64_t most = 10'000'000;
  const std::string list = values.count("ranks") ? values["ranks"].as<std::string>() : "8,64,512,4096";
  for (const std::string& rank : split_list(list)) question.ranks.push_back(whole(rank, "ranks", 1, most));
  if (question.ranks.empty()) whole("", "ranks", 1, most);
  if (values.count("trials")) question.trials = whole(values["trials"].as<std::string>(), "trials", 1, most);
  if (values.count("seed")) question.seed = whole(values["seed"].as<std::string>(), "seed", 0, UINT64_MAX);
  check_not_negative("failures-per-hour", question.failures_per_hour);
  check_not_negative("restart", question.restart);
  return compare_replays(question);
}

}  // namespace

int compare_command(const Arguments& arguments) {
  std::string what;
  ScheduleQuestion of_space;
  ReplayQuestion of_database;
  const auto values = parse_options(arguments, syntax_of(what, of_space, of_database));
  if (!values) return exit_done;
  of_space.command = fmt::format("stormsweep compare {}", fmt::join(arguments, " "));
  of_space.space = of_database.database = what;
  of_space.json = of_database.json = one_of({"text", "json"}, "format", *values) == "json";
  if (!std::filesystem::is_regular_file(what))
    throw InputError(fmt::format("{}: there is no such file; give a search space, or a results database", what));
  return is_database(what) ? compare_database(*values, of_database) : compare_space(*values, of_space);
}

}  // namespace stormsweep
