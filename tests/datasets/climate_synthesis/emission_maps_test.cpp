#include "datasets/climate_synthesis/emission_maps.hpp"

#include <doctest/doctest.h>

#include "datasets/climate_synthesis/energy_balance.hpp"

using namespace stormsweep;

TEST_CASE("emissions add up to the pathway's, and move between regions") {
  const ClimateGrid grid = even_grid(36, 72);
  const EmissionMaps maps(grid);
  const auto shares = EnergyBalance(grid.latitudes).shares();
  const ScenarioPath& path = scenario_paths[2];
  const auto total = [&](const std::vector<float>& map) {  // Mt a year
    double sum = 0;
    for (std::size_t i = 0; i < map.size(); ++i) sum += map[i] * shares[i / 72] / 72;
    return sum / (1e9 / (365.25 * 86400) / 5.101e14);
  };
  const auto early = maps.map(path.so2, 2015), late = maps.map(path.so2, 2100);
  CHECK(total(early) == doctest::Approx(101));
  CHECK(total(late) == doctest::Approx(78));
  const std::size_t china = 24 * 72 + 22, india = 22 * 72 + 16;  // 32.5 N 112.5 E; 22.5 N 82.5 E
  CHECK(late[china] < 0.5 * early[china]);
  CHECK(late[india] > 1.2 * early[india]);
}
