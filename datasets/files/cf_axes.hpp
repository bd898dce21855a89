#pragma once

#include <string>

#include "datasets/files/netcdf.hpp"

namespace stormsweep::netcdf {

/// What a coordinate, or its dimension, counts. Rows go north or south: latitude, y of a map, the latitude of a rotated
/// pole; columns east or west.
enum class Axis { time, row, column, level, other };

/// The axis of a coordinate: by its standard name, `axis`, unit, _CoordinateAxisType, and last its name.
Axis axis_of(const File& file, const Variable& coordinate);
/// The axis of a dimension without a coordinate, or of anything else, by its name alone.
Axis axis_of_name(const std::string& name);
/// Whether a variable has degrees of the globe, by the same criteria.
bool is_latitude(const File& file, const Variable& variable);
bool is_longitude(const File& file, const Variable& variable);

}  // namespace stormsweep::netcdf
