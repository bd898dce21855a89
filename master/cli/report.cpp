#include "master/cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "master/page/page_data.hpp"
#include "master/page/page_file.hpp"
#include "master/page/paper.hpp"
#include "search/base/error.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

struct ReportQuestion {
  std::vector<std::string> databases;
  std::string search, output, paper;
};

Syntax syntax_of(ReportQuestion& q) {
  return {.command = "stormsweep report",
          .usage = "DATABASE... -o FILE.html [options]",
          .summary =
              "Writes a page of pictures and tables that any browser opens, without a network. Of several databases\n"
              "(parts of a search that several jobs share) it shows the union.",
          .example =
              "stormsweep report tornado.db -o tornado.html\n"
              "stormsweep report table2.db --paper tornado -o table2.html",
          .operands = {{"database", po::value(&q.databases)->required()->composing(), "files that `run` wrote"}},
          .options = {
              {"output,o", po::value(&q.output)->required(), "the page, FILE.html"},
              {"paper", po::value(&q.paper)->default_value(""),
               "tables of the paper on this experiment beside ours: tornado, nowcast, segmentation or emulator"},
              {"search", po::value(&q.search)->default_value(""), "only this search (default: all)"},
          }};
}

void check_paper(const std::string& paper) {
  std::vector<std::string> known;
  for (const auto& [name, text] : published_texts()) known.push_back(name);
  if (!paper.empty() && std::find(known.begin(), known.end(), paper) == known.end())
    throw InputError(fmt::format("--paper is {}; {}", paper, suggestion(paper, known)));
}

/// Refuses a paper whose experiment none of the searches has.
void check_beside(const nlohmann::ordered_json& data, const std::string& paper) {
  if (paper.empty()) return;
  std::vector<std::string> there;
  for (const auto& search : data["searches"]) {
    if (search.contains("paper")) return;
    there.push_back(fmt::format("{} ({})", search["name"].get<std::string>(), search["experiment"].get<std::string>()));
  }
  throw InputError(
      fmt::format("--paper is {}, and no search here is of that experiment; there are {}", paper, join(there)));
}

}  // namespace

int report_command(const Arguments& arguments) {
  ReportQuestion q;
  if (!parse_options(arguments, syntax_of(q))) return exit_done;
  check_paper(q.paper);
  PageFile file("output", q.output);
  nlohmann::ordered_json data = page_data({{q.databases.begin(), q.databases.end()}, q.search, q.paper});
  check_beside(data, q.paper);
  std::cout << file.write(std::move(data), "stormsweep report " + shell_words(arguments)) << '\n';
  return exit_done;
}

}  // namespace stormsweep
