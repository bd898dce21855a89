#include "experiments/emulator/commands.hpp"

#include <fmt/format.h>

#include "datasets/climate/prepare_climate.hpp"
#include "experiments/emulator/climate_table.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/output.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* prepare_command = "stormsweep prepare emulator";

Syntax syntax_of(std::string& manifest, std::string& folder) {
  return {
      .command = prepare_command,
      .usage = "MANIFEST -o DIR",
      .summary =
          "Turns the fields of climate models (CMIP6, ClimateBench and their like, as NetCDF) and their forcings\n"
          "(NetCDF, or tables of emissions or concentrations as CSV) into splits to train on. The manifest, in JSON,\n"
          "names files, scenarios, members and splits: datasets/README.md.",
      .example = "stormsweep prepare emulator ipsl.json -o ipsl",
      .operands = {{"manifest", po::value(&manifest)->required(), "what is where, and for what"}},
      .options = {{"output,o", po::value(&folder)->required(),
                   "the folder for train.h5, test.h5 and, where the manifest has it, validation.h5"}}};
}

}  // namespace

int prepare_emulator_command(const std::vector<std::string>& words) {
  std::string manifest, folder;
  if (!parse_options(words, syntax_of(manifest, folder))) return exit_done;
  ProgressBar bar(prepare_command);
  const ClimateNotes notes = prepare_climate(manifest, folder, [&](double share) { bar.show(share); });
  bar.wipe();
  for (const std::string& note : notes) remark("note: {}\n", note);
  print_climate_table(folder);
  fmt::print("written to {}\n", folder);
  return exit_done;
}

}  // namespace stormsweep
