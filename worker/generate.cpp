#include "worker/generate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>

#include "datasets/generate_storms.hpp"
#include "search/error.hpp"
#include "worker/machine.hpp"
#include "worker/split_table.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

struct GenerateOptions {
  StormWorld world;
  std::string folder;
};

std::optional<GenerateOptions> parse(const std::vector<std::string>& arguments) {
  GenerateOptions result;
  std::string experiment;
  po::options_description options("options");
  options.add_options()("storms", po::value(&result.world.storms)->required(), "how many, over all splits")(
      "output,o", po::value(&result.folder)->required(), "the folder for train.h5, validation.h5 and test.h5")(
      "seed", po::value(&result.world.seed)->default_value(0), "another seed, another world")(
      "validation-fraction", po::value(&result.world.validation_fraction)->default_value(0.1, "0.1"),
      "share of the storms")("test-fraction", po::value(&result.world.test_fraction)->default_value(0.2, "0.2"),
                             "share of the storms")("threads",
                                                    po::value(&result.world.threads)->default_value(usable_cores()),
                                                    "the data does not depend on it")("help,h", "print this and stop");
  po::options_description operands;
  operands.add_options()("experiment", po::value(&experiment)->required());
  po::positional_options_description positions;
  positions.add("experiment", 1);
  po::options_description all;
  all.add(operands).add(options);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(all).positional(positions).run(), values);
    if (values.count("help")) {
      std::cout << "usage: stormsweep generate tornado --storms N -o DIR [options]\n\n"
                   "Makes storms that look like storms, for a machine without data: reflectivity cores, wind shear, "
                   "gust fronts,\n"
                   "vortices, turbulence; about 5 % of them tornadic by the rule that `stormsweep describe tornado` "
                   "tells.\n\n"
                << options << "\nexample:\n  stormsweep generate tornado --storms 10000 -o storms\n";
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw InputError(fmt::format("stormsweep generate: {}; see stormsweep generate --help", error.what()));
  }
  if (experiment != "tornado") {
    throw InputError(fmt::format("stormsweep generate: no generator for {}; there is one for tornado", experiment));
  }
  const StormWorld& world = result.world;
  const auto refuse = [](const char* option, const auto& value, const char* remedy) {
    throw InputError(fmt::format("stormsweep generate: --{} is {}; {}", option, value, remedy));
  };
  if (world.storms < 3) refuse("storms", world.storms, "give at least 3, one a split");
  if (!(world.validation_fraction > 0 && world.validation_fraction < 1)) {
    refuse("validation-fraction", world.validation_fraction, "give a share between 0 and 1");
  }
  if (!(world.test_fraction > 0 && world.test_fraction < 1))
    refuse("test-fraction", world.test_fraction, "give a share between 0 and 1");
  if (world.threads < 1 || world.threads > 1024) refuse("threads", world.threads, "give 1 to 1024");
  return result;
}

}  // namespace

int generate_command(const std::vector<std::string>& arguments) {
  const auto options = parse(arguments);
  if (!options) return exit_done;
  const bool terminal = isatty(STDERR_FILENO);
  const auto start = std::chrono::steady_clock::now();
  const SplitCounts counts = generate_storms(options->world, options->folder, [&](std::int64_t made) {
    if (terminal) fmt::print(stderr, "\r{}/{} storms", made, options->world.storms);
  });
  if (terminal) fmt::print(stderr, "\r\033[K");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_splits(counts);
  fmt::print("{} storms in {:.1f} s, in {}\n", options->world.storms, seconds, options->folder);
  return exit_done;
}

}  // namespace stormsweep
