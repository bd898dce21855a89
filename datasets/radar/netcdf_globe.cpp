#include "datasets/radar/netcdf_globe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "datasets/files/map_projection.hpp"
#include "search/base/sphere.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::FieldLayout;
using netcdf::File;
using netcdf::Variable;

/// Places of all pixels [rows, columns], in degrees.
class Globe {
 public:
  Globe(std::size_t rows, std::size_t columns, std::vector<double> latitudes, std::vector<double> longitudes)
      : rows_(rows), columns_(columns), latitudes_(std::move(latitudes)), longitudes_(std::move(longitudes)) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  GeoPoint at(std::size_t row, std::size_t column) const {
    return {longitudes_[row * columns_ + column], latitudes_[row * columns_ + column]};
  }
  /// With rows and columns exchanged.
  Globe turned() const {
    std::vector<double> latitudes, longitudes;
    for (std::size_t column = 0; column < columns_; ++column) {
      for (std::size_t row = 0; row < rows_; ++row)
        latitudes.push_back(at(row, column).latitude), longitudes.push_back(at(row, column).longitude);
    }
    return {columns_, rows_, std::move(latitudes), std::move(longitudes)};
  }

 private:
  std::size_t rows_, columns_;
  std::vector<double> latitudes_, longitudes_;
};

/// From one point to another, in degrees of great circle to the north and east.
struct Step {
  double north = 0, east = 0;
};
Step step(GeoPoint from, GeoPoint to) {
  const double turn = std::remainder(to.longitude - from.longitude, 360);
  return {to.latitude - from.latitude, turn * std::cos(from.latitude * degree)};
}

/// Which dimensions of a coordinate are the field's rows and columns; where both are the same one, rows come first.
/// Nothing where it lacks either.
std::optional<FieldLayout> layout_as(const Variable& coordinate, const Variable& field, const FieldLayout& layout) {
  std::optional<std::size_t> row, column;
  for (std::size_t i = 0; i < coordinate.dimensions.size(); ++i) {
    if (!row && coordinate.dimensions[i] == field.dimensions[layout.row])
      row = i;
    else if (!column && coordinate.dimensions[i] == field.dimensions[layout.column])
      column = i;
  }
  return row && column ? std::optional(FieldLayout{{}, {}, *row, *column}) : std::nullopt;
}

/// A two-dimensional coordinate of the field's rows and columns: one that its `coordinates` names, else any.
std::optional<Variable> find(const File& file, const Variable& field, const FieldLayout& layout,
                             bool (*is)(const File&, const Variable&)) {
  const std::string named = " " + file.text(field, "coordinates").value_or("") + " ";
  const auto fits = [&](const Variable& variable) {
    for (std::size_t i = 0; i < variable.shape.size(); ++i) {
      const bool shared = std::ranges::find(field.dimensions, variable.dimensions[i]) != field.dimensions.end();
      if (!shared && variable.shape[i] > 1) return false;  // it has the pixels' corners, say
    }
    return variable.number != field.number && layout_as(variable, field, layout) && is(file, variable);
  };
  std::optional<Variable> found;
  for (const Variable& variable : file.variables()) {
    if (!fits(variable)) continue;
    if (named.find(" " + variable.name + " ") != std::string::npos) return variable;
    if (!found) found = variable;
  }
  return found;
}

/// A coordinate's values in the order of the field's rows and columns.
std::vector<double> read_as(const File& file, const Variable& field, const FieldLayout& layout,
                            const Variable& coordinate) {
  return read_image(file, coordinate, *layout_as(coordinate, field, layout), 0);
}

std::optional<Globe> read_globe(const File& file, const Variable& field, const FieldLayout& layout) {
  const auto latitude = find(file, field, layout, netcdf::is_latitude),
             longitude = find(file, field, layout, netcdf::is_longitude);
  if (!latitude || !longitude) return std::nullopt;
  const std::size_t rows = field.shape[layout.row], columns = field.shape[layout.column];
  auto latitudes = read_as(file, field, layout, *latitude), longitudes = read_as(file, field, layout, *longitude);
  if (latitudes.size() != rows * columns || longitudes.size() != rows * columns || rows < 2 || columns < 2)
    return std::nullopt;
  return Globe(rows, columns, std::move(latitudes), std::move(longitudes));
}

/// The point half a pixel beyond a corner, away from its neighbours.
std::array<double, 2> beyond(const Globe& globe, bool last_row, bool last_column) {
  const std::size_t row = last_row ? globe.rows() - 1 : 0, column = last_column ? globe.columns() - 1 : 0;
  const GeoPoint corner = globe.at(row, column), down = globe.at(last_row ? row - 1 : 1, column),
                 along = globe.at(row, last_column ? column - 1 : 1);
  const auto turn = [&](GeoPoint other) { return std::remainder(corner.longitude - other.longitude, 360); };
  return {corner.longitude + (turn(down) + turn(along)) / 2,
          corner.latitude + (2 * corner.latitude - down.latitude - along.latitude) / 2};
}

}  // namespace

std::optional<NetcdfPlace> place_on_globe(const File& file, const Variable& field, const FieldLayout& layout) {
  auto globe = read_globe(file, field, layout);
  if (!globe) return std::nullopt;
  NetcdfPlace place;
  const auto steps = [&] {
    const std::size_t row = globe->rows() / 2, column = globe->columns() / 2;
    const GeoPoint middle = globe->at(row, column);
    return std::pair(step(globe->at(row - 1, column), middle), step(globe->at(row, column - 1), middle));
  };
  auto [down, along] = steps();
  if (!layout.told && std::abs(down.east) > std::abs(down.north) && std::abs(along.north) > std::abs(along.east)) {
    globe = globe->turned();
    place.stored.transposed = true;
    std::tie(down, along) = steps();
  }
  place.stored.to_north = down.north > 0, place.stored.to_west = along.east < 0;
  const std::size_t row = globe->rows() / 2, column = globe->columns() / 2;
  const double height = 1000 * ground_kilometres(globe->at(row - 1, column), globe->at(row, column));
  const double width = 1000 * ground_kilometres(globe->at(row, column - 1), globe->at(row, column));
  if (!std::isfinite(height) || !std::isfinite(width)) return std::nullopt;
  place.grid.height = static_cast<std::int64_t>(globe->rows());
  place.grid.width = static_cast<std::int64_t>(globe->columns());
  place.grid.pixel_height = height, place.grid.pixel_width = width;
  // Lower left, upper left, upper right, lower right of the image once it is turned.
  const bool lower = !place.stored.to_north, right = !place.stored.to_west;
  place.grid.corners = {beyond(*globe, lower, !right), beyond(*globe, !lower, !right), beyond(*globe, !lower, right),
                        beyond(*globe, lower, right)};
  return place;
}

}  // namespace stormsweep::radar
