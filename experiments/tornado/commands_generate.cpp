#include "experiments/tornado/commands.hpp"

#include "datasets/storms/generate_storms.hpp"
#include "experiments/task/generate_command.hpp"
#include "experiments/tornado/storm_table.hpp"

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
              "vortices, turbulence; about 5 % of them tornadic by the rule that `stormsweep describe tornado` shows.",
          .example = "stormsweep generate tornado --storms 10000 -o storms",
          .operands = {},
          .options = with_split_options(
              {
                  {"storms", po::value(&world.storms)->required(), "how many, over all splits"},
                  {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
              },
              world, "storms")};
}

}  // namespace

int generate_tornado_command(const std::vector<std::string>& words) {
  StormWorld world;
  std::string folder;
  if (!parse_options(words, syntax_of(world, folder))) return exit_done;
  check_split_options(generate_command, "storms", world.storms, world);
  return generate(
      generate_command, "storms", world.storms, folder,
      [&](const auto& progress) { return generate_storms(world, folder, progress); }, print_storm_table);
}

}  // namespace stormsweep
