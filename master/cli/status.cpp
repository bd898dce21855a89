#include "master/cli/status.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "master/report/search_report.hpp"
#include "master/store/database.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

Syntax syntax() {
  Syntax syntax;
  syntax.command = "stormsweep status";
  syntax.usage = "DATABASE [options]";
  syntax.summary = "Tells how far each search is, what runs, what failed and why.";
  syntax.example = "stormsweep status tornado.db";
  syntax.operands.add_options()("database", po::value<std::string>()->required(), "the file that `run` wrote");
  syntax.options.add_options()                                                                    //
      ("search", po::value<std::string>()->default_value(""), "only this search (default: all)")  //
      ("format", po::value<std::string>()->default_value("text"), "text or json");
  return syntax;
}

}  // namespace

int status_command(const Arguments& arguments) {
  const auto values = parse_options(arguments, syntax());
  if (!values) return exit_done;
  const std::string format = one_of({"text", "json"}, "format", *values);
  const std::filesystem::path file = (*values)["database"].as<std::string>();
  const auto reports = report_searches(file, (*values)["search"].as<std::string>());
  if (format == "json") {
    auto all = nlohmann::ordered_json::array();
    for (const SearchReport& report : reports) all.push_back(to_json(report));
    std::cout << all.dump(2) << '\n';
  } else {
    for (const SearchReport& report : reports) std::cout << to_text(report);
  }
  return exit_done;
}

}  // namespace stormsweep
