#include "experiments/tornado/commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "datasets/storms/generate_storms.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/tornado/storm_table.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* generate_command = "stormsweep generate tornado";

Syntax syntax_of(StormWorld& world, std::string& folder) {
  return {.command = generate_command,
          .usage = "--storms N -o DIR [options]",
          .summary =
              "Makes storms that look like storms, for a machine without data: reflectivity cores, wind shear, gust "
              "fronts,\n"
              "vortices, turbulence; about 5 % of them tornadic by the rule that `stormsweep describe tornado` tells.",
          .example = "stormsweep generate tornado --storms 10000 -o storms",
          .operands = {},
          .options = {
              {"storms", po::value(&world.storms)->required(), "how many, over all splits"},
              {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
              {"seed", po::value(&world.seed)->default_value(0), "another seed, another world"},
              {"validation-fraction", po::value(&world.validation_fraction)->default_value(0.1, "0.1"),
               "share of the storms"},
              {"test-fraction", po::value(&world.test_fraction)->default_value(0.2, "0.2"), "share of the storms"},
              {"threads", po::value(&world.threads)->default_value(usable_cores()), "the data does not depend on it"},
          }};
}

}  // namespace

int generate_tornado_command(const std::vector<std::string>& words) {
  StormWorld world;
  std::string folder;
  if (!parse_options(words, syntax_of(world, folder))) return exit_done;
  if (world.storms < 3)
    refuse_option(generate_command, "storms", std::to_string(world.storms), "give at least 3, one a split");
  check_fractions(generate_command, world.validation_fraction, world.test_fraction);
  check_threads(generate_command, world.threads);

  ProgressBar bar(generate_command, "storms");
  const auto start = std::chrono::steady_clock::now();
  const SplitCounts counts = generate_storms(world, folder, [&](std::int64_t made) { bar.show(made, world.storms); });
  bar.wipe();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_storm_table(counts);
  fmt::print("{} storms in {:.1f} s, in {}\n", world.storms, seconds, folder);
  return exit_done;
}

}  // namespace stormsweep
