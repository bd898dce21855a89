#include "datasets/climate_synthesis/generate_climate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/climate/climate_splits.hpp"
#include "datasets/climate_synthesis/forced_warming.hpp"
#include "datasets/climate_synthesis/generated_forcings.hpp"
#include "datasets/climate_synthesis/synthetic_climate.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t validation_months = 120;
constexpr ClimateMonth begin = generated_begin;

const std::vector<ClimateField> forcing_fields{{"CO2", "ppm", true, {}},
                                               {"SO2", "kg m-2 s-1", false, {}},
                                               {"CH4", "ppb", true, {}},
                                               {"BC", "kg m-2 s-1", false, {}},
                                               {"rsdt", "W m-2", false, {}}};
const std::vector<ClimateField> target_fields{{"tas", "K", false, {}}, {"pr", "mm/day", false, {}}};

std::string member_name(std::int64_t member) {
  return fmt::format("r{}", member + 1);
}

/// The paper's splits.
class Splits {
 public:
  explicit Splits(const ClimateWorld& world)
      : world_(world), end_(begin + static_cast<ClimateMonth>(12 * world.years)) {
    for (ClimateLayout& layout : layouts_)
      layout.grid = even_grid(world.height, world.width), layout.forcings = forcing_fields,
      layout.targets = target_fields;
    const auto kept = static_cast<ClimateMonth>(std::min(validation_months, 12 * world.years / 3));
    for (const ScenarioPath& path : scenario_paths) {
      const bool test = path.name == "ssp245", divided = path.name == "ssp370";
      add(layouts_[test ? 2 : 0], path.name, begin, divided ? end_ - kept : end_);
      if (divided) add(layouts_[1], path.name, end_ - kept, end_);
    }
  }
  const ClimateLayouts& layouts() const { return layouts_; }

 private:
  void add(ClimateLayout& layout, const std::string& scenario, ClimateMonth from, ClimateMonth to) {
    for (std::int64_t member = 0; member < world_.members; ++member)
      layout.runs.push_back({std::ssize(layout.scenarios), member_name(member), from, to});
    layout.scenarios.push_back({scenario, begin, to});
  }

  const ClimateWorld& world_;
  ClimateMonth end_;
  ClimateLayouts layouts_;
};

void write_forcings(ClimateSplitsWriter& writer, const std::string& scenario, const GeneratedForcings& forcings) {
  std::size_t channel = 0;
  for (const auto* one : {&forcings.co2, &forcings.so2, &forcings.ch4, &forcings.bc, &forcings.rsdt})
    writer.write_forcing(scenario, channel++, begin, *one);
}

}  // namespace

void generate_climate(const ClimateWorld& world, const std::filesystem::path& folder,
                      const std::function<void(std::int64_t)>& progress) {
  ClimateSplitsWriter writer(folder, Splits(world).layouts());
  const ClimateGrid grid = even_grid(world.height, world.width);
  const SyntheticClimate climate(grid, world.seed);
  std::int64_t done = 0;
  for (const ScenarioPath& path : scenario_paths) {
    const GeneratedForcings forcings = generate_forcings(grid, path, 12 * world.years);
    write_forcings(writer, path.name, forcings);
    const std::vector<float> warming = forced_warming(grid, forcings);
    for (std::int64_t first = 0; first < world.members; first += world.threads) {  // so many at a time are in memory
      const std::int64_t n = std::min<std::int64_t>(world.threads, world.members - first);
      std::vector<SyntheticClimate::Member> made(static_cast<std::size_t>(n));
      in_parallel(n, world.threads, [&](std::int64_t i) {
        made[static_cast<std::size_t>(i)] = climate.member(path.name, static_cast<std::uint64_t>(first + i), warming);
      });
      for (std::int64_t i = 0; i < n; ++i) {
        const auto& member = made[static_cast<std::size_t>(i)];
        writer.write_target(path.name, member_name(first + i), 0, begin, member.tas);
        writer.write_target(path.name, member_name(first + i), 1, begin, member.pr);
        progress(++done);
      }
    }
  }
  writer.finish(fmt::format("stormsweep generate emulator --size {}x{} --years {} --members {} --seed {}", world.height,
                            world.width, world.years, world.members, world.seed));
}

}  // namespace stormsweep
