#pragma once

#include <cstdint>
#include <vector>

#include "datasets/climate_synthesis/energy_balance.hpp"
#include "datasets/climate_synthesis/forced_warming.hpp"
#include "datasets/climate_synthesis/generated_forcings.hpp"
#include "datasets/climate_synthesis/geography.hpp"
#include "datasets/climate_synthesis/synthetic_climate.hpp"

namespace stormsweep::climate_world {

inline constexpr std::int64_t height = 24, width = 36, cells = height * width, months = 12 * 86;

/// One world, made once.
struct World {
  ClimateGrid grid = even_grid(height, width);
  std::vector<float> land = map_of(grid, land_share);
  SyntheticClimate climate{grid, 3};
  GeneratedForcings high = generate_forcings(grid, scenario_paths[3], months),
                    low = generate_forcings(grid, scenario_paths[0], months);
  std::vector<float> warming = forced_warming(grid, high), low_warming = forced_warming(grid, low);
  SyntheticClimate::Member one = climate.member("ssp585", 0, warming), two = climate.member("ssp585", 1, warming);
};

inline const World& world() {
  static const World made;
  return made;
}

/// The mean, by area, over cells for which `in(row, cell)` holds and over the months `from` to `to`: only those of one
/// month of the year (1 ... 12), or all if it is 0.
template <class In>
double mean(const std::vector<float>& maps, std::int64_t from, std::int64_t to, int of_year, In in) {
  const auto shares = EnergyBalance(world().grid.latitudes).shares();
  double sum = 0, weight = 0;
  for (std::int64_t month = from; month < to; ++month) {
    if (of_year > 0 && month % 12 != of_year - 1) continue;
    for (std::int64_t i = 0; i < cells; ++i) {
      if (!in(i / width, i)) continue;
      const double share = shares[static_cast<std::size_t>(i / width)];
      sum += share * maps[static_cast<std::size_t>(month * cells + i)], weight += share;
    }
  }
  return sum / weight;
}

inline bool everywhere(std::int64_t, std::int64_t) {
  return true;
}

}  // namespace stormsweep::climate_world
