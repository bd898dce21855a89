#pragma once

#include <optional>
#include <string>

#include "datasets/files/field_layout.hpp"
#include "datasets/radar/radar_image.hpp"

namespace stormsweep::radar {

/// Where a field's images lie, and which way they are stored.
struct NetcdfPlace {
  RadarGrid grid;
  StoredImage stored;  ///< transposed: rows and columns are the other way round than the layout says
  std::string note;    ///< what was assumed because the file does not say, or is contradicted, in words; empty: nothing
};

/// The place by latitudes and longitudes of each pixel [rows, columns], which CF calls auxiliary coordinates: those
/// that the field's `coordinates` names, or others of its dimensions. Corners are half a pixel beyond the outermost
/// pixels; sizes on the ground and orientation are those in the middle of the image. Nothing where there are no such
/// coordinates.
std::optional<NetcdfPlace> place_on_globe(const netcdf::File& file, const netcdf::Variable& field,
                                          const netcdf::FieldLayout& layout);

}  // namespace stormsweep::radar
