#pragma once

#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate_synthesis/scenario_paths.hpp"

namespace stormsweep {

/// Where industry emits sulphur and soot: regions whose shares move from East Asia and Europe to South Asia and Africa
/// until 2100, and a remainder everywhere.
class EmissionMaps {
 public:
  explicit EmissionMaps(const ClimateGrid& grid);
  /// Emissions [height, width] in kg/m2/s at `year`, a fractional one; `path` is the whole Earth's, in Mt a year.
  std::vector<float> map(const Pathway& path, double year) const;

 private:
  std::vector<std::vector<float>> patterns_;  ///< of each region, kg/m2/s of one Mt a year
};

/// The mean over the Earth of one Mt a year, kg/m2/s.
double mean_emission();

}  // namespace stormsweep
