#pragma once

#include <cstdint>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate_synthesis/scenario_paths.hpp"

namespace stormsweep {

/// Forcings of months from January 2015 on: numbers [months], and maps [months, height, width].
struct GeneratedForcings {
  std::vector<float> co2, ch4;       ///< ppm, ppb
  std::vector<float> so2, bc, rsdt;  ///< kg/m2/s, kg/m2/s, W/m2
};
inline constexpr ClimateMonth generated_begin = month_of(2015, 1);

GeneratedForcings generate_forcings(const ClimateGrid& grid, const ScenarioPath& path, std::int64_t months);

}  // namespace stormsweep
