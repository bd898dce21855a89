#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/radar/radar_frame.hpp"

namespace stormsweep {

/// Forecast images of one grid and one quantity.
struct RadarForecast {
  std::int64_t issued = 0;         ///< time of the newest image that it is made from, seconds since 1970-01-01 UTC
  std::vector<RadarFrame> frames;  ///< each at the time for which it holds; NaN: no forecast
  std::vector<float> quality;      ///< [height, width], the same for all frames: 0 (worthless) to 1
  std::string quality_meaning;     ///< in words
};

}  // namespace stormsweep
