#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "tests/datasets/netcdf_maker.hpp"

namespace stormsweep {

/// A file of one variable as in CMIP6, which a test may spoil.
struct ClimateFileMaker {
  std::string name = "tas", unit = "K", calendar = "noleap";
  std::vector<double> latitudes{-67.5, -22.5, 22.5, 67.5}, longitudes{0, 60, 120, 180, 240, 300};
  ClimateMonth begin = month_of(2015, 1);
  int months = 24, step = 1;  ///< months from one moment to the next
  /// The value of a month and a place.
  std::function<double(ClimateMonth, double, double)> value = [](ClimateMonth month, double latitude,
                                                                 double longitude) {
    return 280 + 0.01 * (month - month_of(2015, 1)) - latitude / 10 + longitude / 1000;
  };

  void write(const std::filesystem::path& path) const {
    NetcdfMaker maker(path);
    maker.dimension("time", static_cast<std::size_t>(months));
    maker.dimension("lat", latitudes.size()), maker.dimension("lon", longitudes.size());
    maker.variable("lat", NC_DOUBLE, {"lat"}, latitudes, {{"units", "degrees_north"}});
    maker.variable("lon", NC_DOUBLE, {"lon"}, longitudes, {{"units", "degrees_east"}});
    std::vector<double> times, values;
    for (int i = 0; i < months; ++i) {
      const ClimateMonth month = begin + step * i;
      times.push_back(365 * (year_of(month) - 1850) + 30.4 * (month_of_year(month) - 1) + 14);
      for (const double latitude : latitudes) {
        for (const double longitude : longitudes) values.push_back(value(month, latitude, longitude));
      }
    }
    maker.variable("time", NC_DOUBLE, {"time"}, times, {{"units", "days since 1850-01-01"}, {"calendar", calendar}});
    maker.variable(name, NC_FLOAT, {"time", "lat", "lon"}, values, {{"units", unit}}, {{"_FillValue", {1e20}}});
  }
};

}  // namespace stormsweep
