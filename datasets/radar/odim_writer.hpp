#pragma once

#include <filesystem>

#include "datasets/radar/radar_forecast.hpp"

namespace stormsweep {

/// Writes an ODIM_H5 2.3 composite (EUMETNET OPERA, Michelson et al. 2019), which appears whole or not at all: what,
/// where and how; dataset1, dataset2, ... a frame, each with data1 (quantity RATE, mm/h, or VIL, SEVIR's steps) and
/// quality1. Data are uint16, value = 0.01 * number, 0: dry, 65535: no forecast, 655.34 at most; quality is uint8,
/// 1/255 a step, rounded down so that 255 is 1 alone. Row 0 = north. startdate, starttime = enddate, endtime: the time
/// for which the frame holds. Unknown corners, projection and pixel sizes are left out. Throws InputError.
void write_odim(const std::filesystem::path& file, const RadarForecast& forecast);

}  // namespace stormsweep
