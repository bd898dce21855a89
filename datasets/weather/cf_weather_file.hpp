#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "datasets/files/units.hpp"
#include "datasets/weather/label_fields.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// A CF NetCDF file of weather on latitudes and longitudes, of any model or reanalysis: variables of these two, and of
/// time and pressure where they have them, in any order, recognised by their standard names or by names in use (IVT,
/// TQV, PRW, U850, SLP ...; of pressure levels U, V, Q, T).
class CfWeatherFile {
 public:
  /// Throws InputError: missing, not NetCDF, no variable that a rule can use, a unit of another quantity where no other
  /// field can replace it, no one-dimensional latitude and longitude in even steps.
  explicit CfWeatherFile(const std::filesystem::path& path);

  const WeatherGrid& grid() const { return grid_; }
  /// Moments along the time dimension of its variables; 1 where they have none.
  std::int64_t moments() const { return moments_; }
  bool has(LabelField field) const { return sources_.contains(field); }
  /// A field [height, width] that the file has, NaN where missing; in the rules' units where the file states its own.
  /// Throws InputError where it cannot be read.
  std::vector<float> read(LabelField field, std::int64_t moment) const;

 private:
  /// A variable, and where in it the field's images are.
  struct Source {
    netcdf::Variable variable;
    netcdf::FieldLayout layout;
    std::size_t level = 0;
    UnitConversion unit = {};  ///< to the rules' own; none where the variable states no unit
  };
  /// Nothing where its unit is not understood.
  std::optional<UnitConversion> conversion(LabelField field, const netcdf::Variable& variable) const;
  void find_fields();
  bool tells_rivers() const;
  void check_alike(const Source& first, const Source& other) const;
  void read_grid(const Source& field);
  std::vector<double> read_degrees(const Source& field, std::size_t dimension, const char* meaning) const;
  [[noreturn]] void refuse(const std::string& problem) const;

  std::filesystem::path path_;
  netcdf::File file_;
  std::map<LabelField, Source> sources_;
  WeatherGrid grid_;
  std::int64_t moments_ = 1;
};

}  // namespace stormsweep
