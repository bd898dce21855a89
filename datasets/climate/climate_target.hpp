#pragma once

#include <string>
#include <vector>

#include "datasets/climate/climate_manifest.hpp"
#include "datasets/climate/climate_series.hpp"
#include "datasets/files/units.hpp"

namespace stormsweep {

/// tas or pr of one member of one scenario, month by month, in K or mm/day.
class ClimateTarget {
 public:
  /// Throws InputError: files that ClimateSeries refuses, numbers for the whole Earth, yearly values, a unit of another
  /// quantity, one series for several members.
  ClimateTarget(const ClimateManifest& manifest, const std::string& name, const ClimateFiles& files,
                const std::string& scenario, const std::string& member, std::vector<std::string>& notes);

  const ClimateSeries& series() const { return series_; }
  ClimateSeries& series() { return series_; }
  /// A month that it has, [height, width]. Throws InputError where a cell has no value, or an impossible one.
  std::vector<float> read(ClimateMonth month);

 private:
  void check_possible(const std::vector<float>& values, ClimateMonth month) const;

  std::string name_;
  ClimateSeries series_;
  UnitConversion unit_;
};

/// "K" of "tas", "mm/day" of "pr".
std::string target_unit(const std::string& name);

}  // namespace stormsweep
