#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/files/netcdf.hpp"

namespace stormsweep::netcdf {

/// What a coordinate, or the dimension that it lies along, counts. Rows go north or south: latitude, y of a map, the
/// latitude of a rotated pole; columns east or west.
enum class Axis { time, row, column, level, other };

/// Of a coordinate: by its standard name, `axis`, unit, _CoordinateAxisType, and in the end its name.
Axis axis_of(const File& file, const Variable& coordinate);
/// Degrees of the globe, by the same.
bool is_latitude(const File& file, const Variable& variable);
bool is_longitude(const File& file, const Variable& variable);

/// Which dimensions of a field its images go along. All others but `level` are of length one.
struct FieldLayout {
  std::optional<std::size_t> time, level;
  std::size_t row = 0, column = 0;
  bool told = true;  ///< false: nothing tells rows from columns; rows are taken to come first
};
/// Nothing where the field has no two dimensions that may be rows and columns, or another of more than one place.
std::optional<FieldLayout> layout_of(const File& file, const Variable& field);

/// One-dimensional coordinate along a dimension of `field`: of its name; else one that tells places on the globe or a
/// map, as lat(y) does.
std::optional<Variable> coordinate_of(const File& file, const Variable& field, std::size_t dimension);

/// Physical values [rows, columns] as they lie there, at these places of `time` and `level`; NaN: missing. Empty where
/// they cannot be read.
std::vector<double> read_image(const File& file, const Variable& field, const FieldLayout& layout, std::size_t time,
                               std::size_t level = 0);

}  // namespace stormsweep::netcdf
