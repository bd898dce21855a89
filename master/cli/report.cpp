#include "master/cli/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "master/page/page.hpp"
#include "master/page/page_data.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

struct ReportQuestion {
  std::vector<std::string> databases;
  std::string search, output;
};

Syntax syntax_of(ReportQuestion& q) {
  return {.command = "stormsweep report",
          .usage = "DATABASE... -o FILE.html [options]",
          .summary =
              "Writes a page of pictures and tables that any browser opens, without a network. Of several databases\n"
              "(parts of a search that several jobs share) it shows the union.",
          .example = "stormsweep report tornado.db -o tornado.html",
          .operands = {{"database", po::value(&q.databases)->required()->composing(), "files that `run` wrote"}},
          .options = {
              {"output,o", po::value(&q.output)->required(), "the page, FILE.html"},
              {"search", po::value(&q.search)->default_value(""), "only this search (default: all)"},
          }};
}

}  // namespace

int report_command(const Arguments& arguments) {
  ReportQuestion q;
  if (!parse_options(arguments, syntax_of(q))) return exit_done;
  if (!q.output.ends_with(".html"))
    throw InputError(fmt::format("--output is {}: a page is HTML; let the name end in .html", q.output));
  AtomicFile file(q.output);
  const std::vector<std::filesystem::path> databases(q.databases.begin(), q.databases.end());
  const std::string text =
      page(page_data({databases, q.search}), fmt::format("stormsweep report {}", fmt::join(arguments, " ")));
  file.write(text);
  file.commit();
  std::cout << fmt::format("{}: {:.1f} MB\n", q.output, static_cast<double>(text.size()) / 1e6);
  return exit_done;
}

}  // namespace stormsweep
