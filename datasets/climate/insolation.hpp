#pragma once

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// W/m2 on a horizontal plane at the top of the atmosphere, the mean of a day: `day` of a year of 365 days, 0 = the
/// first of January, 0:00. The orbit is that of the present (Berger 1978 for 1990: eccentricity 0.01671, obliquity
/// 23.441 degrees, perihelion at 102.7 degrees), the equinox of March at 21 March, 12:00; the solar constant is 1361
/// W/m2 (Kopp and Lean 2011).
double daily_insolation(double latitude, double day);

/// The insolation in the middle of a month: "rsdt" where no file has it.
double monthly_insolation(double latitude, ClimateMonth month);

}  // namespace stormsweep
