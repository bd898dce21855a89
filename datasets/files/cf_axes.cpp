#include "datasets/files/cf_axes.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "datasets/files/units.hpp"

namespace stormsweep::netcdf {

namespace {

const std::map<std::string, Axis> standard_names{
    {"time", Axis::time},
    {"latitude", Axis::row},
    {"grid_latitude", Axis::row},
    {"projection_y_coordinate", Axis::row},
    {"projection_y_angular_coordinate", Axis::row},
    {"longitude", Axis::column},
    {"grid_longitude", Axis::column},
    {"projection_x_coordinate", Axis::column},
    {"projection_x_angular_coordinate", Axis::column},
    {"air_pressure", Axis::level},
    {"height", Axis::level},
    {"altitude", Axis::level},
};
const std::map<std::string, Axis> letters{{"t", Axis::time}, {"y", Axis::row}, {"x", Axis::column}, {"z", Axis::level}};
const std::map<std::string, Axis> unidata_types{
    {"time", Axis::time},   {"lat", Axis::row},        {"geoy", Axis::row},     {"lon", Axis::column},
    {"geox", Axis::column}, {"pressure", Axis::level}, {"height", Axis::level}, {"geoz", Axis::level}};
/// Names in use, letters alone: "lat_0" and "nlat" are there as "lat" and "nlat".
const std::map<Axis, std::set<std::string>> names{
    {Axis::time, {"time", "times", "validtime", "t", "date", "datetime"}},
    {Axis::row, {"lat",          "lats",
                 "latitude",     "latitudes",
                 "nlat",         "rlat",
                 "gridlatitude", "y",
                 "ny",           "yc",
                 "yy",           "ydim",
                 "dimy",         "yaxis",
                 "northing",     "northings",
                 "southnorth",   "row",
                 "rows",         "nrows",
                 "nrow",         "line",
                 "lines",        "j",
                 "nj",           "projectionycoordinate",
                 "ygrid"}},
    {Axis::column,
     {"lon",
      "lons",
      "long",
      "longitude",
      "longitudes",
      "nlon",
      "rlon",
      "gridlongitude",
      "x",
      "nx",
      "xc",
      "xx",
      "xdim",
      "dimx",
      "xaxis",
      "easting",
      "eastings",
      "westeast",
      "column",
      "columns",
      "col",
      "cols",
      "ncols",
      "ncol",
      "pixel",
      "pixels",
      "i",
      "ni",
      "projectionxcoordinate",
      "xgrid"}},
    {Axis::level,
     {"level", "levels", "lev", "plev", "pressurelevel", "pressure", "isobaric", "isobaricinhpa", "isobaricinpa", "z",
      "height", "altitude", "bottomtop"}},
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string attribute(const File& file, const Variable& variable, const char* name) {
  return lower(file.text(variable, name).value_or(""));
}

std::optional<Axis> known(const std::map<std::string, Axis>& table, const std::string& word) {
  const auto found = table.find(word);
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

/// Small letters alone, without groups: "lat" of "Grid/lat_0".
std::string letters_of(const std::string& name) {
  std::string word;
  for (const char c : lower(name.substr(name.rfind('/') + 1))) {
    if (c >= 'a' && c <= 'z') word.push_back(c);
  }
  return word;
}

Axis axis_of_name(const std::string& name) {
  const std::string word = letters_of(name);
  for (const auto& [axis, words] : names) {
    if (words.contains(word)) return axis;
  }
  return Axis::other;
}

/// "degrees_north", "degreeN", "degree_N" and the like, as CF lists them.
bool are_degrees(const std::string& unit, const char* direction) {
  const std::string letter(direction, 1);
  for (const char* const degrees : {"degree", "degrees"}) {
    const std::string word(degrees);
    if (unit == word + "_" + direction || unit == word + "_" + letter || unit == word + letter) return true;
  }
  return false;
}

bool is_geographic(const File& file, const Variable& variable, const char* standard_name, const char* direction,
                   const std::set<std::string>& words) {
  const std::string unit = attribute(file, variable, "units");
  return attribute(file, variable, "standard_name") == standard_name || are_degrees(unit, direction) ||
         ((unit.empty() || unit == "degree" || unit == "degrees") && words.contains(letters_of(variable.name)));
}

std::optional<Axis> axis_of_unit(const std::string& unit) {
  if (unit.find(" since ") != std::string::npos || unit.starts_with("day as %")) return Axis::time;
  if (are_degrees(unit, "north")) return Axis::row;
  if (are_degrees(unit, "east")) return Axis::column;
  return std::nullopt;
}

/// Rows and columns where names tell neither, or only one: the last two dimensions that are nothing else.
void guess_image(const std::vector<Axis>& axes, const Variable& field, std::optional<std::size_t>& row,
                 std::optional<std::size_t>& column) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (axes[i] != Axis::other || (field.shape[i] == 1 && field.shape.size() > 2)) continue;
    if (!column)
      column = i;
    else if (!row)
      row = i;
  }
}

/// The one dimension of this kind; of several, of which at most one has more than one place, that one.
std::optional<std::size_t> only(const std::vector<Axis>& axes, Axis axis, const Variable& field) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] == axis && (!found || field.shape[i] > 1)) found = i;
  }
  return found;
}

}  // namespace

Axis axis_of(const File& file, const Variable& coordinate) {
  if (const auto axis = known(standard_names, attribute(file, coordinate, "standard_name"))) return *axis;
  if (const auto axis = known(letters, attribute(file, coordinate, "axis"))) return *axis;
  if (const auto axis = axis_of_unit(attribute(file, coordinate, "units"))) return *axis;
  if (unit_conversion(file.text(coordinate, "units").value_or(""), "Pa")) return Axis::level;
  if (const auto axis = known(unidata_types, attribute(file, coordinate, "_CoordinateAxisType"))) return *axis;
  return axis_of_name(coordinate.name);
}

bool is_latitude(const File& file, const Variable& variable) {
  return is_geographic(file, variable, "latitude", "north", {"lat", "lats", "latitude", "xlat", "navlat"});
}

bool is_longitude(const File& file, const Variable& variable) {
  return is_geographic(file, variable, "longitude", "east", {"lon", "lons", "longitude", "xlong", "navlon"});
}

std::optional<Variable> coordinate_of(const File& file, const Variable& field, std::size_t dimension) {
  const std::vector along{field.dimensions[dimension]};
  if (const auto named = file.beside(field, along[0])) return named->shape.size() == 1 ? named : std::nullopt;
  for (const Variable& variable : file.variables()) {
    if (variable.dimensions != along) continue;
    const bool on_map = attribute(file, variable, "standard_name").starts_with("projection_");
    if (on_map || is_latitude(file, variable) || is_longitude(file, variable)) return variable;
  }
  return std::nullopt;
}

std::optional<FieldLayout> layout_of(const File& file, const Variable& field) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < field.shape.size(); ++i) {
    const auto coordinate = coordinate_of(file, field, i);
    axes.push_back(coordinate ? axis_of(file, *coordinate) : axis_of_name(field.dimensions[i]));
  }
  auto row = only(axes, Axis::row, field), column = only(axes, Axis::column, field);
  const bool told = row && column;
  if (!told) guess_image(axes, field, row, column);
  if (!row || !column) return std::nullopt;
  FieldLayout layout{only(axes, Axis::time, field), only(axes, Axis::level, field), *row, *column, told};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (i == *row || i == *column || i == layout.time || i == layout.level || field.shape[i] == 1) continue;
    if (layout.time || axes[i] != Axis::other) return std::nullopt;
    layout.time = i;  // of images, whatever it is called
  }
  return layout;
}

std::vector<double> read_image(const File& file, const Variable& field, const FieldLayout& layout, std::size_t time,
                               std::size_t level) {
  std::vector<std::size_t> start(field.shape.size(), 0), count(field.shape.size(), 1);
  if (layout.time) start[*layout.time] = time;
  if (layout.level) start[*layout.level] = level;
  const std::size_t rows = count[layout.row] = field.shape[layout.row];
  const std::size_t columns = count[layout.column] = field.shape[layout.column];
  std::vector<double> values = file.read(field, start, count);
  if (values.empty()) return values;
  values = file.decoded(field, std::move(values));
  if (layout.row < layout.column) return values;
  std::vector<double> turned(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column)
      turned[row * columns + column] = values[column * rows + row];
  }
  return turned;
}

}  // namespace stormsweep::netcdf
