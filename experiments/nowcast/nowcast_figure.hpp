#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/drawing/drawing.hpp"
#include "datasets/radar/radar_forecast.hpp"
#include "experiments/nowcast/nowcast_product.hpp"

namespace stormsweep {

/// A forecast, the truth, where there is some, and what it has to beat (extrapolation, blurred or not, and
/// persistence): a row for each, a column for each lead time; a line surrounds what rests on measured pixels alone.
/// Rows and columns of pixels at the edges where the newest image has nothing are left out.
Drawing nowcast_figure(const RadarForecast& forecast, const NowcastBars& bars,
                       const std::vector<std::optional<RadarFrame>>& truth);

/// "20100826T0300Z", which names the forecast's files.
std::string time_name(const RadarForecast& forecast);

}  // namespace stormsweep
