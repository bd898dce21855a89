#include "datasets/climate_synthesis/generated_forcings.hpp"

#include "datasets/climate/insolation.hpp"
#include "datasets/climate_synthesis/emission_maps.hpp"
#include "datasets/climate_synthesis/geography.hpp"

namespace stormsweep {

namespace {

void append(const std::vector<float>& map, std::vector<float>& maps) {
  maps.insert(maps.end(), map.begin(), map.end());
}

}  // namespace

GeneratedForcings generate_forcings(const ClimateGrid& grid, const ScenarioPath& path, std::int64_t months) {
  const EmissionMaps emissions(grid);
  GeneratedForcings made;
  for (ClimateMonth month = generated_begin; month < generated_begin + months; ++month) {
    const double year = (month + 0.5) / 12;
    made.co2.push_back(static_cast<float>(value_in(path.co2, year)));
    made.ch4.push_back(static_cast<float>(value_in(path.ch4, year)));
    append(emissions.map(path.so2, year), made.so2);
    append(emissions.map(path.bc, year), made.bc);
    append(map_of(grid, [&](double latitude, double) { return monthly_insolation(latitude, month); }), made.rsdt);
  }
  return made;
}

}  // namespace stormsweep
