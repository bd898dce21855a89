#include "master/cli/status.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "master/report/search_report.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

Syntax syntax_of(std::string& file, std::string& search) {
  return {.command = "stormsweep status",
          .usage = "DATABASE [options]",
          .summary = "Tells how far each search is, what runs, what failed and why.",
          .example = "stormsweep status tornado.db",
          .operands = {{"database", po::value(&file)->required(), "the file that `run` wrote"}},
          .options = {
              {"search", po::value(&search)->default_value(""), "only this search (default: all)"},
              {"format", po::value<std::string>()->default_value("text"), "text or json"},
          }};
}

}  // namespace

int status_command(const Arguments& arguments) {
  std::string file, search;
  const auto values = parse_options(arguments, syntax_of(file, search));
  if (!values) return exit_done;
  const std::string format = one_of({"text", "json"}, "format", *values);
  const auto reports = report_searches(file, search);
  if (format == "json") {
    auto all = nlohmann::ordered_json::array();
    for (const SearchReport& report : reports) all.push_back(to_json(report));
    std::cout << all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  } else {
    for (const SearchReport& report : reports) std::cout << to_text(report);
  }
  return exit_done;
}

}  // namespace stormsweep
