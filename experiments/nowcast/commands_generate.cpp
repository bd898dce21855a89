#include "experiments/nowcast/commands.hpp"

#include "datasets/nowcast/generate_nowcast.hpp"
#include "experiments/nowcast/nowcast_check.hpp"
#include "experiments/nowcast/patch_table.hpp"
#include "experiments/task/generate_command.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* generate_command = "stormsweep generate nowcast";

Syntax syntax_of(RainWorld& world, std::string& folder) {
  return {.command = generate_command,
          .usage = "--samples N -o DIR [options]",
          .summary =
              "Makes rain that moves, grows and decays, for a machine without data: 13 frames a sample, 10 min apart, "
              "pixels\n"
              "of 1 km, rates in mm/h from drizzle to cloudbursts. 256 x 256 take 1.7 MB a sample.",
          .example = "stormsweep generate nowcast --samples 1000 -o rain",
          .operands = {},
          .options = with_split_options(
              {
                  {"samples", po::value(&world.samples)->required(), "how many, over all splits"},
                  {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
                  {"size", po::value(&world.side)->default_value(256),
                   "pixels of a side; 256, 320 and 512 suit the network"},
              },
              world, "samples")};
}

}  // namespace

int generate_nowcast_command(const std::vector<std::string>& words) {
  RainWorld world;
  std::string folder;
  if (!parse_options(words, syntax_of(world, folder))) return exit_done;
  check_size(generate_command, world.side);
  check_split_options(generate_command, "samples", world.samples, world);
  return generate(
      generate_command, "samples", world.samples, folder,
      [&](const auto& progress) { return generate_nowcast(world, folder, progress); },
      [](const NowcastSplitCounts& counts) { print_patch_table(counts, RadarQuantity::rain_rate); });
}

}  // namespace stormsweep
