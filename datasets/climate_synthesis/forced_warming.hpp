#pragma once

#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate_synthesis/generated_forcings.hpp"

namespace stormsweep {

/// The warming by a scenario's forcings, K since the first month [months, height, width]: an energy balance by latitude
/// (energy_balance.hpp) under greenhouse gases and aerosols, times 1.25 over land and 0.9 over the sea, and cooling
/// where sulphur is emitted.
std::vector<float> forced_warming(const ClimateGrid& grid, const GeneratedForcings& forcings);

}  // namespace stormsweep
