#include "experiments/nowcast/commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "datasets/nowcast/generate_nowcast.hpp"
#include "experiments/nowcast/nowcast_check.hpp"
#include "experiments/nowcast/patch_table.hpp"
#include "experiments/task/command_options.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* generate_command = "stormsweep generate nowcast";

Syntax syntax_of(RainWorld& world, std::string& folder) {
  return {
      .command = generate_command,
      .usage = "--samples N -o DIR [options]",
      .summary =
          "Makes rain that moves, grows and decays, for a machine without data: 13 frames a sample, 10 min apart, "
          "pixels\n"
          "of 1 km, rates in mm/h from drizzle to cloudbursts. 256 x 256 take 1.7 MB a sample.",
      .example = "stormsweep generate nowcast --samples 1000 -o rain",
      .operands = {},
      .options = {
          {"samples", po::value(&world.samples)->required(), "how many, over all splits"},
          {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
          {"size", po::value(&world.side)->default_value(256), "pixels of a side; 256, 320 and 512 suit the network"},
          {"seed", po::value(&world.seed)->default_value(0), "another seed, another world"},
          {"validation-fraction", po::value(&world.validation_fraction)->default_value(0.1, "0.1"),
           "share of the samples"},
          {"test-fraction", po::value(&world.test_fraction)->default_value(0.2, "0.2"), "share of the samples"},
          {"threads", po::value(&world.threads)->default_value(usable_cores()), "the data does not depend on it"},
      }};
}

}  // namespace

int generate_nowcast_command(const std::vector<std::string>& words) {
  RainWorld world;
  std::string folder;
  if (!parse_options(words, syntax_of(world, folder))) return exit_done;
  if (world.samples < 3)
    refuse_option(generate_command, "samples", std::to_string(world.samples), "give at least 3, one a split");
  check_size(generate_command, world.side);
  check_fractions(generate_command, world.validation_fraction, world.test_fraction);
  check_threads(generate_command, world.threads);

  ProgressBar bar(generate_command, "samples");
  const auto start = std::chrono::steady_clock::now();
  const NowcastSplitCounts counts =
      generate_nowcast(world, folder, [&](std::int64_t made) { bar.show(made, world.samples); });
  bar.wipe();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_patch_table(counts, RadarQuantity::rain_rate);
  fmt::print("{} samples in {:.1f} s, in {}\n", world.samples, seconds, folder);
  return exit_done;
}

}  // namespace stormsweep
