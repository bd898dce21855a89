#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "datasets/files/map_projection.hpp"

namespace stormsweep {

/// What the pixels of a radar image mean.
enum class RadarQuantity {
  rain_rate,  ///< mm/h
  vil,        ///< vertically integrated liquid in SEVIR's steps of 0 to 255 (Veillette et al. 2020)
};
const char* name_of(RadarQuantity quantity);  ///< rain_rate, vil: as in our files
const char* unit_of(RadarQuantity quantity);  ///< mm/h, 1

/// Reflectivity (dBZ) as rain rate (mm/h): Z = 200 R^1.6 (Marshall and Palmer 1948).
float rain_rate_of(float dbz);

/// Where the pixels of a radar image lie on the Earth, according to its file.
struct RadarGrid {
  std::int64_t height = 0, width = 0;        ///< pixels
  double pixel_height = 0, pixel_width = 0;  ///< metres on the ground, in the middle of the image; 0: unknown
  std::string projection;                    ///< PROJ string; empty: unknown
  /// Longitude, latitude of the outer corners of the image: lower left, upper left, upper right, lower right; NaN:
  /// unknown.
  MapCorners corners = unknown_corners();

  /// The side of a square as large as a pixel, metres; 0: unknown.
  double pixel_side() const { return std::sqrt(pixel_height * pixel_width); }

  static MapCorners unknown_corners() {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    return {{{unknown, unknown}, {unknown, unknown}, {unknown, unknown}, {unknown, unknown}}};
  }
};
/// Equal, or both unknown: NaNs agree.
bool same_grid(const RadarGrid& a, const RadarGrid& b);

/// One radar image. Row 0 is the north edge, column 0 the west edge, whatever the file does.
struct RadarFrame {
  std::int64_t time = 0;  ///< valid time (of an accumulation: its end), seconds since 1970-01-01 UTC
  RadarQuantity quantity = RadarQuantity::rain_rate;
  RadarGrid grid;
  std::vector<float> values;  ///< [height, width]; NaN where missing or outside the radars' range
  std::string scaling = {};   ///< how the file's numbers became values: "gain 0.5, offset -32"; empty: unknown
};

}  // namespace stormsweep
