#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/files/netcdf.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// What the labelling rules look at. Transport: of vapour, integrated over the column, kg/(m s); q: specific humidity
/// near the ground, kg/kg; the others as in WeatherChannel.
enum class ClimateField { transport, transport_east, transport_north, tmq, u850, v850, q, psl, t200, t500, prect };

/// A CF NetCDF file of weather on latitudes and longitudes, of any model or reanalysis: variables [latitude, longitude]
/// or [time, latitude, longitude], told by their standard names or by names in use (IVT, TQV, PRW, U850, SLP ...).
class ClimateFile {
 public:
  /// Throws InputError: missing, not NetCDF, no variable that a rule can use, no one-dimensional latitude and longitude
  /// evenly apart.
  explicit ClimateFile(const std::filesystem::path& path);

  const WeatherGrid& grid() const { return grid_; }
  /// Along the time dimension of its variables; 1 where they have none.
  std::int64_t moments() const { return moments_; }
  bool has(ClimateField field) const { return variables_.contains(field); }
  /// A field [height, width] that the file has, NaN where missing; pressure in Pa though the file has it in hPa. Throws
  /// InputError where it cannot be read.
  std::vector<float> read(ClimateField field, std::int64_t moment) const;

 private:
  void read_grid(const netcdf::Variable& field);
  [[noreturn]] void refuse(const std::string& problem) const;

  std::filesystem::path path_;
  netcdf::File file_;
  std::map<ClimateField, netcdf::Variable> variables_;
  WeatherGrid grid_;
  std::int64_t moments_ = 1;
};

}  // namespace stormsweep
