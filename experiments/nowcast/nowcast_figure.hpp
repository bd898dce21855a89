#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/drawing/drawing.hpp"
#include "datasets/radar/radar_forecast.hpp"
#include "experiments/nowcast/nowcast_product.hpp"

namespace stormsweep {

/// A forecast beside the truth, where there is some, and its bars (extrapolation, blurred or not, and persistence): a
/// row each, a column a lead time; a line around what rests on measured pixels alone. Rows and columns at the edges in
/// which the newest image misses everything are left out.
Drawing nowcast_figure(const RadarForecast& forecast, const NowcastBars& bars,
                       const std::vector<std::optional<RadarFrame>>& truth);

/// "20100826T0300Z", the forecast's name among others.
std::string time_name(const RadarForecast& forecast);

}  // namespace stormsweep
