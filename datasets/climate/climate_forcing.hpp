#pragma once

#include <functional>
#include <string>
#include <vector>

#include "datasets/climate/climate_manifest.hpp"

namespace stormsweep {

/// One forcing of one scenario, from any source, on the requested grid.
struct ClimateForcing {
  std::string unit;
  bool global = false;              ///< one number a month
  ClimateMonth begin = 0, end = 0;  ///< [begin, end): the months for which it is known
  /// Returns one of these months: one number, or [height, width]. Throws InputError: a gap, a cell without a value.
  std::function<std::vector<float>(ClimateMonth)> read;
};

/// From monthly NetCDF files as they are; from yearly ones, and tables of years, linear between the middles of years;
/// insolation from the orbit. `notes`: what a user should know. Throws InputError.
ClimateForcing climate_forcing(const ClimateManifest& manifest, const std::string& name, const ClimateFiles& files,
                               const std::string& scenario, const ClimateGrid& grid, std::vector<std::string>& notes);

}  // namespace stormsweep
