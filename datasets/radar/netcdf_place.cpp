#include "datasets/radar/netcdf_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "datasets/files/grid_mapping.hpp"
#include "datasets/files/map_projection.hpp"
#include "datasets/files/units.hpp"
#include "datasets/radar/netcdf_globe.hpp"
#include "datasets/radar/radar_place.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::FieldLayout;
using netcdf::File;
using netcdf::GridMapping;
using netcdf::Variable;

/// A one-dimensional coordinate of rows or columns, as in its file.
struct Coordinate {
  std::vector<double> values;  ///< empty: there is none
  std::string unit;
  bool globe = false;  ///< degrees north or east
  bool known() const {
    return values.size() > 1 && std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
  }
  bool rising() const { return values.front() < values.back(); }
};

Coordinate read_coordinate(const File& file, const Variable& field, std::size_t dimension) {
  const auto variable = netcdf::coordinate_of(file, field, dimension);
  if (!variable) return {};
  const bool of_map = file.text(*variable, "standard_name").value_or("").starts_with("projection_");
  return {file.decoded(*variable, file.read(*variable)), file.text(*variable, "units").value_or(of_map ? "m" : ""),
          is_latitude(file, *variable) || is_longitude(file, *variable)};
}

/// Edges of pixels whose middles are the coordinate's values, half a step beyond the outermost.
std::pair<double, double> edges(const Coordinate& coordinate) {
  const auto [least, most] = std::ranges::minmax(coordinate.values);
  const double half = (most - least) / static_cast<double>(coordinate.values.size() - 1) / 2;
  return {least - half, most + half};
}

/// Makes longitudes that leap from 359 to 0 continuous, and subtracts 360 from all where none is below 180.
void unwrap(std::vector<double>& longitudes) {
  for (std::size_t i = 1; i < longitudes.size(); ++i)
    longitudes[i] += 360 * std::round((longitudes[i - 1] - longitudes[i]) / 360);
  const double turn = std::ranges::min(longitudes) >= 180 ? -360 : 0;
  for (double& longitude : longitudes) longitude += turn;
}

/// The factor from `unit` to the map's own unit, mostly metres; for scan angles (radian) of a satellite its height.
/// Nothing where `unit` cannot be one of the map.
std::optional<double> to_map(const std::string& unit, const GridMapping& mapping) {
  const bool kilometres = mapping.definition.find("+units=km") != std::string::npos;
  const bool degrees = mapping.definition.find("proj=ob_tran") != std::string::npos ||
                       mapping.definition.find("proj=longlat") != std::string::npos ||
                       mapping.definition.starts_with("GEOG");
  if (degrees) return unit.starts_with("degree") ? std::optional(1.0) : std::nullopt;
  if (unit.empty()) return std::nullopt;
  if (const auto metres = unit_conversion(unit, kilometres ? "km" : "m")) return metres->scale;
  const auto radians = unit_conversion(unit, "radian");
  return radians && mapping.height > 0 ? std::optional(radians->scale * mapping.height) : std::nullopt;
}

MapBox box_of(const Coordinate& y, const Coordinate& x, double y_scale, double x_scale) {
  const auto [south, north] = edges(y);
  const auto [west, east] = edges(x);
  return {west * x_scale, south * y_scale, east * x_scale, north * y_scale};
}

/// The box on the globe, or on the map of the grid mapping; nothing where the file gives neither.
std::optional<MapBox> find_box(Coordinate& y, Coordinate& x, const GridMapping& mapping, std::string& projection) {
  if (y.globe && x.globe) {
    unwrap(x.values);
    if (projection.find("proj=longlat") == std::string::npos) projection = "+proj=longlat +datum=WGS84";
    return box_of(y, x, 1, 1);
  }
  const auto y_scale = to_map(y.unit, mapping), x_scale = to_map(x.unit, mapping);
  if (projection.empty() || !y_scale || !x_scale) return std::nullopt;
  return box_of(y, x, *y_scale, *x_scale);
}

/// A pixel's size along an axis in metres, by the axis's unit alone; 0: unknown.
double told_metres(const Coordinate& coordinate) {
  const auto metres = unit_conversion(coordinate.unit, "m");
  if (!metres || !coordinate.known()) return 0;
  const auto [low, high] = edges(coordinate);
  return metres->scale * (high - low) / static_cast<double>(coordinate.values.size());
}

std::string words_of(const std::array<double, 2>& corner) {
  return fmt::format("{:.2f} E, {:.2f} N", corner[0], corner[1]);
}

/// How the corners of `seen`, by latitudes and longitudes of each pixel, contradict those of `told`, by the grid
/// mapping; empty: they agree. They may be two pixels apart: some files give edges, and ellipsoids differ.
std::string contradiction(const RadarGrid& told, const RadarGrid& seen, const std::string& mapping) {
  const double slack = 2 * std::hypot(seen.pixel_height, seen.pixel_width) / 1000;
  for (std::size_t i = 0; i < told.corners.size(); ++i) {
    const auto &a = told.corners[i], &b = seen.corners[i];
    if (!(ground_kilometres({a[0], a[1]}, {b[0], b[1]}) > slack)) continue;
    return fmt::format("its grid mapping {} has a corner at {}, its latitudes and longitudes at {}; these are used",
                       mapping, words_of(a), words_of(b));
  }
  return "";
}

/// Why a field's place is unknown; empty where its file does not claim to give it.
std::string doubt(const Variable& field, const GridMapping& mapping, const Coordinate& y, const Coordinate& x) {
  if (!y.known() || !x.known())
    return fmt::format("{} has no coordinates; its first row is taken as the northern one", field.name);
  if (mapping.definition.empty() && mapping.name.empty()) return "";
  if (mapping.definition.empty())
    return fmt::format("the grid mapping {} is unknown, and so is the place of the images", mapping.name);
  return fmt::format(
      "its coordinates are in '{}' and '{}', which are no units of its map, so the place of the images "
      "is unknown",
      y.unit, x.unit);
}

}  // namespace

NetcdfPlace place_of(const File& file, const std::filesystem::path& path, const Variable& field,
                     const FieldLayout& layout) {
  NetcdfPlace place;
  RadarGrid& grid = place.grid;
  grid.height = static_cast<std::int64_t>(field.shape[layout.row]);
  grid.width = static_cast<std::int64_t>(field.shape[layout.column]);
  const GridMapping mapping = netcdf::grid_mapping_of(file, field);
  Coordinate y = read_coordinate(file, field, layout.row), x = read_coordinate(file, field, layout.column);
  if (y.known() && x.known()) {
    grid.projection = mapping.definition;
    const auto box = find_box(y, x, mapping, grid.projection);
    place.stored.to_north = y.rising(), place.stored.to_west = !x.rising();
    if (box) {
      const std::string name = mapping.variable.empty() ? "its grid mapping" : mapping.variable;
      place_in_box(grid, *box, MapProjection(grid.projection, path.string() + ": " + name));
      auto seen = place_on_globe(file, field, layout);
      if (seen) seen->note = contradiction(grid, seen->grid, mapping.variable);
      return !seen || seen->note.empty() ? place : *seen;
    }
  }
  grid.projection.clear();
  if (const auto seen = place_on_globe(file, field, layout)) return *seen;
  grid.pixel_height = told_metres(y), grid.pixel_width = told_metres(x);
  place.note = doubt(field, mapping, y, x);
  return place;
}

}  // namespace stormsweep::radar
