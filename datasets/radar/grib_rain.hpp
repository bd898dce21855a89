#pragma once

#include <optional>
#include <string>

#include "datasets/files/grib.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

/// What the numbers of a GRIB message mean, where they are rain.
struct GribRain {
  std::string name;
  RadarQuantity quantity = RadarQuantity::rain_rate;
  Meaning meaning = Meaning::rate;
  double factor = 1;     ///< to mm/h, mm or dBZ; VIL in kg/m2
  bool is_mrms = false;  ///< then numbers below 0 are missing, but dry where a reflectivity is -99
  double hours = 0;      ///< in which an amount fell; 0: its message says
};
std::optional<GribRain> rain_of(const grib::Message& message);

/// A number of such a message as mm/h, or as SEVIR's steps of VIL; NaN: missing. `hours`: in which an amount fell.
float value_of(const GribRain& rain, float number, double hours);

/// Vertically integrated liquid (kg/m2) in SEVIR's steps, 0 to 254: the inverse of Veillette et al. 2020, appendix.
float sevir_steps(float vil);

}  // namespace stormsweep::radar
