#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "datasets/files/cf_axes.hpp"

namespace stormsweep::netcdf {

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
