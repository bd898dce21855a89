#include "experiments/segmentation/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <tuple>

#include "datasets/files/splits.hpp"
#include "datasets/weather_synthesis/generate_weather.hpp"
#include "experiments/segmentation/segmentation_evaluation.hpp"
#include "experiments/task/generate_command.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* generate_command = "stormsweep generate segmentation";

constexpr std::int64_t least_height = 32, least_width = 48, most_side = 8192;

Syntax syntax_of(WeatherWorld& world, std::string& size, std::string& folder) {
  return {
      .command = generate_command,
      .usage = "--samples N -o DIR [options]",
      .summary =
          "Makes worlds with tropical cyclones and atmospheric rivers, for a machine without data: 16 channels on a "
          "grid of\n"
          "latitudes and longitudes, one HDF5 file a sample, whose true masks are known. 192 x 288 take 4 MB a sample.",
      .example = "stormsweep generate segmentation --samples 200 --size 96x144 -o weather",
      .operands = {},
      .options = with_split_options(
          {
              {"samples", po::value(&world.samples)->required(), "how many, over all splits"},
              {"output,o", po::value(&folder)->required(), "the folder for train/, validation/ and test/"},
              {"size", po::value(&size)->default_value("192x288"),
               "rows and columns, 32x48 at least; multiples of 16 suit the networks"},
          },
          world, "samples")};
}

void print_splits(const std::array<WeatherSplit, 3>& splits) {
  Table table{.header = {"split", "samples"}, .numeric = {false, true, true, true, true}};
  for (const char* name : class_names) table.header.push_back(name + std::string(" %"));
  for (std::size_t i = 0; i < splits.size(); ++i) {
    const auto& pixels = splits[i].pixels;
    const double percent = 100.0 / static_cast<double>(pixels[0] + pixels[1] + pixels[2]);
    const auto share = [&](std::size_t label) { return percent * static_cast<double>(pixels[label]); };
    table.rows.push_back({split_names[i], std::to_string(splits[i].samples), fmt::format("{:.2f}", share(0)),
                          fmt::format("{:.3f}", share(1)), fmt::format("{:.2f}", share(2))});
  }
  fmt::print("{}", to_text(table));
  std::fflush(stdout);
}

}  // namespace

int generate_segmentation_command(const std::vector<std::string>& words) {
  WeatherWorld world;
  std::string folder, size;
  if (!parse_options(words, syntax_of(world, size, folder))) return exit_done;
  std::tie(world.height, world.width) = read_size(generate_command, size);
  if (world.height < least_height || world.width < least_width || std::max(world.height, world.width) > most_side)
    refuse_option(generate_command, "size", size, "give 32x48 to 8192x8192");
  check_split_options(generate_command, "samples", world.samples, world);
  return generate(
      generate_command, "samples", world.samples, folder,
      [&](const auto& progress) { return generate_weather(world, folder, progress); }, print_splits);
}

}  // namespace stormsweep
