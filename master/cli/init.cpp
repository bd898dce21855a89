#include "master/cli/init.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

const std::map<std::string, std::string_view>& files_of(const std::string& kind) {
  std::vector<std::string> kinds;
  for (const auto& [known, files] : example_files()) kinds.push_back(known);
  const auto found = example_files().find(kind);
  if (found == example_files().end())
    throw InputError(fmt::format("stormsweep init: {} is no kind of experiment; {}", kind, suggestion(kind, kinds)));
  return found->second;
}

void write(const fs::path& folder, const std::map<std::string, std::string_view>& files) {
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

}  // namespace

int init_command(const Arguments& arguments) {
  std::string kind;
  fs::path folder;
  const auto options = parse_options(
      arguments,
      {.command = "stormsweep init",
       .usage = "KIND FOLDER",
       .summary =
           "Writes an experiment of your own to begin with: experiment.json, a search space, a script that runs.",
       .example = "stormsweep init command mine",
       .operands = {{"kind", po::value(&kind)->required(),
                     "command: any program that trains, in any language; torchscript: a network that PyTorch exports"},
                    {"folder", po::value(&folder)->required(), "where"}}});
  if (!options) return exit_done;
  write(folder, files_of(kind));
  for (const auto& [name, text] : files_of(kind)) fmt::print("{}\n", (folder / name).string());
  fmt::print(
      "next: {}stormsweep run {}\n",
      files_of(kind).contains("export.py") ? fmt::format("python3 {}, then ", (folder / "export.py").string()) : "",
      (folder / "space.json").string());
  return exit_done;
}

}  // namespace stormsweep
