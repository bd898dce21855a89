#pragma once

#include <string>

#include "datasets/files/netcdf.hpp"

namespace stormsweep::netcdf {

/// What a coordinate, or the dimension that it lies along, counts. Rows go north or south: latitude, y of a map, the
/// latitude of a rotated pole; columns east or west.
enum class Axis { time, row, column, level, other };

/// Of a coordinate: by its standard name, `axis`, unit, _CoordinateAxisType, and in the end its name.
Axis axis_of(const File& file, const Variable& coordinate);
/// Of a dimension without one, or another, by its name alone.
Axis axis_of_name(const std::string& name);
/// Degrees of the globe, by the same.
bool is_latitude(const File& file, const Variable& variable);
bool is_longitude(const File& file, const Variable& variable);

}  // namespace stormsweep::netcdf
