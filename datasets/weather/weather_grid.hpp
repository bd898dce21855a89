#pragma once

#include <cstdint>
#include <vector>

namespace stormsweep {

/// The channels of a weather sample, CAM5's names in the order of the files (Prabhat et al. 2021, Kurth et al. 2018):
/// water vapour path kg/m2; winds at 850 hPa and in the lowest level m/s; specific humidity at 2 m kg/kg; surface and
/// sea-level pressure Pa; temperatures at 200 and 500 hPa K; precipitation m/s; surface and 2 m temperature K; heights
/// of 1000 and 200 hPa and of the lowest level m.
enum class WeatherChannel : std::int64_t {
  tmq,
  u850,
  v850,
  ubot,
  vbot,
  qrefht,
  ps,
  psl,
  t200,
  t500,
  prect,
  ts,
  trefht,
  z1000,
  z200,
  zbot
};

/// A grid of latitudes (rows) and longitudes (columns), degrees, in even steps.
struct WeatherGrid {
  std::vector<double> latitudes;   ///< [height], ascending or descending, within -90 ... 90
  std::vector<double> longitudes;  ///< [width], ascending

  std::int64_t height() const { return static_cast<std::int64_t>(latitudes.size()); }
  std::int64_t width() const { return static_cast<std::int64_t>(longitudes.size()); }
  /// Degrees from a row to the next, negative where rows go south, and from a column to the next; 180 and 360 where
  /// there is only one.
  double row_step() const;
  double column_step() const;
  /// Whether the longitudes go once around the Earth: the last column's right neighbour is the first.
  bool periodic() const;
  /// For each row the area of a pixel, km2; rows at the poles end there.
  std::vector<double> row_areas() const;
};

/// The grid of a sample of that size: CAM5's, row 0 at 90 S and the last at 90 N, column 0 at 0 E, the last column one
/// step short of 360.
WeatherGrid global_grid(std::int64_t height, std::int64_t width);

}  // namespace stormsweep
