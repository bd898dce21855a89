#include "master/cli/init.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

using Files = std::map<std::string, std::string_view>;

const Files& files_of(const std::string& kind) {
  std::vector<std::string> kinds;
  for (const auto& [known, files] : example_files()) kinds.push_back(known);
  const auto found = example_files().find(kind);
  if (found == example_files().end())
    throw InputError(
        fmt::format("stormsweep init: there is nothing to begin {} with; {}", kind, suggestion(kind, kinds)));
  return found->second;
}

void write(const fs::path& folder, const Files& files) {
  for (const auto& [name, text] : files)
    if (fs::exists(folder / name))
      throw InputError(fmt::format("{}: it is there already; give another folder", (folder / name).string()));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse_file(folder, "cannot be made", AtomicFile::usual_remedy);
  for (const auto& [name, text] : files) {
    AtomicFile file(folder / name);
    file.write(text);
    file.commit();
  }
}

/// Lists the files that were written, with the descriptions of search spaces.
std::string list_text(const fs::path& folder, const Files& files) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, text] : files) {
    const bool is_json = name.ends_with(".json");
    rows.push_back(
        {(folder / name).lexically_normal().string(), is_json ? Json::parse(text).value("description", "") : ""});
  }
  return to_text({.rows = std::move(rows)});
}

std::string next(const std::string& kind, const fs::path& folder, const Files& files) {
  const auto in = [&](const fs::path& name) { return shell_word((folder / name).lexically_normal().string()); };
  if (files.contains("export.py"))
    return fmt::format("python3 {}, then stormsweep run {}", in("export.py"), in("space.json"));
  if (files.contains("space.json")) return "stormsweep run " + in("space.json");
  const FirstSearch& first = find_experiment(kind, "stormsweep init").first.value();
  const fs::path data(Json::parse(files.at(first.space))["data"]["train"].get<std::string>());
  return fmt::format("stormsweep generate {} {} -o {}, or data of yours there, then stormsweep run {}", kind,
                     first.generate, in(*data.begin()), in(first.space));
}

}  // namespace

int init_command(const Arguments& arguments) {
  std::string kind, folder;  // strings, because Boost reads a path only to its first blank
  const auto options = parse_options(
      arguments,
      {.command = "stormsweep init",
       .usage = "KIND FOLDER",
       .summary = "Writes what a search begins with: the search spaces of an experiment that ships, or an experiment "
                  "of your own, with its experiment.json, a space and a script.",
       .example = "stormsweep init tornado first",
       .operands = {{"kind", po::value(&kind)->required(),
                     "an experiment that ships; command: any program that trains, in any language; torchscript: a "
                     "network that PyTorch exports"},
                    {"folder", po::value(&folder)->required(), "where"}}});
  if (!options) return exit_done;
  const Files& files = files_of(kind);
  write(folder, files);
  fmt::print("{}next: {}\n", list_text(folder, files), next(kind, folder, files));
  return exit_done;
}

}  // namespace stormsweep
