#include "worker/prepare.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <cstdio>
#include <iostream>
#include <optional>

#include "datasets/prepare_storms.hpp"
#include "search/error.hpp"
#include "worker/split_table.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

struct PrepareOptions {
  RawStorms raw;
  std::string folder;
};

void check(const PrepareOptions& options, const std::string& experiment) {
  if (experiment != "tornado") {
    throw InputError(fmt::format("stormsweep prepare: no converter for {}; there is one for tornado", experiment));
  }
  const double validation = options.raw.validation_fraction, test = options.raw.test_fraction;
  if (!(validation > 0 && test > 0 && validation + test < 1)) {
    throw InputError(
        fmt::format("stormsweep prepare: --validation-fraction is {} and --test-fraction {}; give shares "
                    "above 0 that leave some for training",
                    validation, test));
  }
}

std::optional<PrepareOptions> parse(const std::vector<std::string>& arguments) {
  PrepareOptions result;
  std::string experiment;
  std::vector<std::string> raw;
  po::options_description options("options");
  options.add_options()("output,o", po::value(&result.folder)->required(),
                        "the folder for train.h5, validation.h5 and test.h5")(
      "validation-fraction", po::value(&result.raw.validation_fraction)->default_value(0.1, "0.1"),
      "share of the patches, as near as whole dates allow")(
      "test-fraction", po::value(&result.raw.test_fraction)->default_value(0.2, "0.2"), "the same")(
      "help,h", "print this and stop");
  po::options_description operands;
  operands.add_options()("experiment", po::value(&experiment)->required())("raw", po::value(&raw)->required());
  po::positional_options_description positions;
  positions.add("experiment", 1).add("raw", -1);
  po::options_description all;
  all.add(operands).add(options);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(all).positional(positions).run(), values);
    if (values.count("help")) {
      std::cout << "usage: stormsweep prepare tornado RAW... -o DIR [options]\n\n"
                   "Turns NCAR's storm patch files (NCARSTORM_YYYYMMDD-*.nc, or folders of them) into files to train "
                   "on.\n"
                   "The earliest dates are for training, the latest for test; with fewer than three dates the region "
                   "is cut\n"
                   "in three instead, and patches that lie across a cut are dropped.\n\n"
                << options << "\nexample:\n  stormsweep prepare tornado NCARSTORM/ -o storms\n";
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw InputError(fmt::format("stormsweep prepare: {}; see stormsweep prepare --help", error.what()));
  }
  result.raw.paths.assign(raw.begin(), raw.end());
  check(result, experiment);
  return result;
}

}  // namespace

int prepare_command(const std::vector<std::string>& arguments) {
  const auto options = parse(arguments);
  if (!options) return exit_done;
  const bool terminal = isatty(STDERR_FILENO);
  const PreparedStorms prepared =
      prepare_storms(options->raw, options->folder, [&](std::int64_t done, std::int64_t all) {
        if (terminal) fmt::print(stderr, "\r{:.0f} %", 100.0 * static_cast<double>(done) / static_cast<double>(all));
      });
  if (terminal) fmt::print(stderr, "\r\033[K");
  fmt::print("{} patches in {} {}; dropped: {} for missing values, {} on the cut\n", prepared.patches, prepared.files,
             prepared.files == 1 ? "file" : "files", prepared.not_finite, prepared.on_the_cut);
  fmt::print("split {}\n", prepared.split);
  print_splits(prepared.counts);
  fmt::print("written to {}\n", options->folder);
  return exit_done;
}

}  // namespace stormsweep
