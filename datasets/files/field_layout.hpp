#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "datasets/files/cf_axes.hpp"

namespace stormsweep::netcdf {

/// The dimensions along which a field's images lie. All others but `level` are of length one.
struct FieldLayout {
  std::optional<std::size_t> time, level;
  std::size_t row = 0, column = 0;
  bool told = true;  ///< false: nothing distinguishes rows from columns; rows are taken to come first
};
/// Nothing where the field has no two dimensions that may be rows and columns, or has a further one of more than one
/// place.
std::optional<FieldLayout> layout_of(const File& file, const Variable& field);

/// The one-dimensional coordinate along a dimension of `field`: the one of its name and length; else one of places on
/// the globe or a map, such as lat(y).
std::optional<Variable> coordinate_of(const File& file, const Variable& field, std::size_t dimension);

/// Physical values [rows, columns] in the file's order, at these places of `time` and `level`; NaN: missing. Empty
/// where they cannot be read.
std::vector<double> read_image(const File& file, const Variable& field, const FieldLayout& layout, std::size_t time,
                               std::size_t level = 0);

}  // namespace stormsweep::netcdf
