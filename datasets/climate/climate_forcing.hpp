#pragma once

#include <functional>
#include <string>
#include <vector>

#include "datasets/climate/climate_manifest.hpp"

namespace stormsweep {

/// One forcing of one scenario, whatever it comes from, on the grid that is asked for.
struct ClimateForcing {
  std::string unit;
  bool global = false;              ///< one number a month
  ClimateMonth begin = 0, end = 0;  ///< [begin, end): the months that it is known for
  /// Of a month among these: one number, or [height, width]. Throws InputError: a gap, a cell without a value.
  std::function<std::vector<float>(ClimateMonth)> read;
};

/// Monthly NetCDF files as they are; yearly ones, and tables of years, linear between the middles of years; insolation
/// from the orbit. `notes`: what a user should know. Throws InputError.
ClimateForcing climate_forcing(const ClimateManifest& manifest, const std::string& name, const ClimateFiles& files,
                               const std::string& scenario, const ClimateGrid& grid, std::vector<std::string>& notes);

}  // namespace stormsweep
