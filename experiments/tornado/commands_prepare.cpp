#include "experiments/tornado/commands.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "datasets/storms/prepare_storms.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/tornado/storm_table.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* prepare_command = "stormsweep prepare tornado";

Syntax syntax_of(RawStorms& raw, std::vector<std::string>& paths, std::string& folder) {
  return {
      .command = prepare_command,
      .usage = "RAW... -o DIR [options]",
      .summary =
          "Turns NCAR's storm patch files (NCARSTORM_YYYYMMDD-*.nc, or folders of them) into files to train on.\n"
          "The earliest dates are for training, the latest for test; with fewer than three dates the region is cut\n"
          "in three instead, and patches that lie across a cut are dropped.",
      .example = "stormsweep prepare tornado NCARSTORM/ -o storms",
      .operands = {{"raw", po::value(&paths)->required()->composing(), "storm patch files, or folders of them"}},
      .options = {
          {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
          {"validation-fraction", po::value(&raw.validation_fraction)->default_value(0.1, "0.1"),
           "share of the patches, as near as whole dates allow"},
          {"test-fraction", po::value(&raw.test_fraction)->default_value(0.2, "0.2"), "the same"},
      }};
}

}  // namespace

int prepare_tornado_command(const std::vector<std::string>& words) {
  RawStorms raw;
  std::string folder;
  std::vector<std::string> paths;
  if (!parse_options(words, syntax_of(raw, paths, folder))) return exit_done;
  check_fractions(prepare_command, raw.validation_fraction, raw.test_fraction);
  raw.paths.assign(paths.begin(), paths.end());

  ProgressBar bar(prepare_command);
  const PreparedStorms prepared = prepare_storms(raw, folder, [&](std::int64_t done, std::int64_t all) {
    bar.show(static_cast<double>(done) / static_cast<double>(all));
  });
  bar.wipe();
  fmt::print("{} patches in {} {}; dropped: {} for missing values, {} on the cut\n", prepared.patches, prepared.files,
             prepared.files == 1 ? "file" : "files", prepared.not_finite, prepared.on_the_cut);
  fmt::print("split {}\n", prepared.split);
  print_storm_table(prepared.counts);
  fmt::print("written to {}\n", folder);
  return exit_done;
}

}  // namespace stormsweep
