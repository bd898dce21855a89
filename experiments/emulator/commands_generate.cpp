#include "experiments/emulator/commands.hpp"

#include <tuple>

#include "datasets/climate_synthesis/generate_climate.hpp"
#include "experiments/emulator/climate_table.hpp"
#include "experiments/task/generate_command.hpp"
#include "search/base/machine.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* generate_command = "stormsweep generate emulator";

Syntax syntax_of(ClimateWorld& world, std::string& size, std::string& folder) {
  return {.command = generate_command,
          .usage = "-o DIR [options]",
          .summary =
              "Makes an Earth, for a machine without data: monthly temperature and rain from January 2015 on under "
              "ssp126,\n"
              "ssp245, ssp370 and ssp585, from greenhouse gases, sulphur, soot and the Sun. Training is ssp126, ssp370 "
              "and\n"
              "ssp585, validation the last ten years of ssp370, test ssp245. 48 x 72 cells, 86 years and 3 members "
              "take 520 "
              "MB.",
          .example = "stormsweep generate emulator --size 24x36 --years 40 --members 1 -o earth",
          .operands = {},
          .options = {
              {"output,o", po::value(&folder)->required(), "the folder for train.h5, validation.h5 and test.h5"},
              {"size", po::value(&size)->default_value("48x72"), "rows and columns; even numbers suit the network"},
              {"years", po::value(&world.years)->default_value(86), "from 2015 on, 86 at most"},
              {"members", po::value(&world.members)->default_value(3),
               "of each scenario; they differ in weather and El Nino alone"},
              {"seed", po::value(&world.seed)->default_value(0), "another seed, another weather"},
              {"threads", po::value(&world.threads)->default_value(usable_cores()), "the data does not depend on it"},
          }};
}

void check(const ClimateWorld& world, const std::string& size) {
  if (world.height < 4 || world.width < 4 || world.height > 720 || world.width > 1440)
    refuse_option(generate_command, "size", size, "give 4x4 to 720x1440");
  if (world.years < 6 || world.years > 86)
    refuse_option(generate_command, "years", std::to_string(world.years), "give 6 to 86");
  if (world.members < 1 || world.members > 1000)
    refuse_option(generate_command, "members", std::to_string(world.members), "give 1 to 1000");
  check_threads(generate_command, world.threads);
}

}  // namespace

int generate_emulator_command(const std::vector<std::string>& words) {
  ClimateWorld world;
  std::string folder, size;
  if (!parse_options(words, syntax_of(world, size, folder))) return exit_done;
  std::tie(world.height, world.width) = read_size(generate_command, size);
  check(world, size);
  return generate(
      generate_command, "runs", 4 * world.members, folder,
      [&](const auto& progress) {
        generate_climate(world, folder, progress);
        return folder;
      },
      print_climate_table);
}

}  // namespace stormsweep
