#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/drawing/figure.hpp"

namespace stormsweep {

/// Monthly maps of one target: [months, height, width] float32, in its unit, row 0 in the south; `begin` is the month
/// of the first.
struct MonthlyMaps {
  std::string name, unit;
  ClimateMonth begin = 0;
  torch::Tensor maps;
  std::vector<double> longitudes;  ///< [width], ascending, degrees
};

// Figures of the whole year, December to February, and June to August; north up, from pole to pole, twice as wide as
// high. `title` stands above; below are their months, and where the map begins and ends.

/// The mean over all months; of temperatures in degrees Celsius.
Figure mean_figure(const MonthlyMaps& maps, const std::string& title);
/// The mean of the last 20 years less that of the first 20, or of halves where there are fewer years.
Figure change_figure(const MonthlyMaps& maps, const std::string& title);
/// The mean error over all months: `maps` are forecast less truth, NaN where the truth is not known.
Figure error_figure(const MonthlyMaps& maps, const std::string& title);

}  // namespace stormsweep
