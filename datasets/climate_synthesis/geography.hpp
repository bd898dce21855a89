#pragma once

#include <functional>
#include <vector>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// A map of `value(latitude, longitude)`, [height, width].
std::vector<float> map_of(const ClimateGrid& grid, const std::function<double(double, double)>& value);

/// 0 at sea, 1 on land, between them at coasts: continents as ellipses.
double land_share(double latitude, double longitude);

}  // namespace stormsweep
