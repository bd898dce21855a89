#include "datasets/files/cf_axes.hpp"

#include <map>
#include <optional>
#include <set>

#include "datasets/files/units.hpp"
#include "search/base/text.hpp"

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
/// Names in use, reduced to their letters: "lat_0" is "lat" here, "nlat" is "nlat".
const std::map<Axis, std::set<std::string>> axis_names{
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

std::string attribute(const File& file, const Variable& variable, const char* name) {
  return lower(file.text(variable, name).value_or(""));
}

std::optional<Axis> known(const std::map<std::string, Axis>& table, const std::string& word) {
  const auto found = table.find(word);
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

/// The letters of a name in lower case, without groups: "lat" for "Grid/lat_0".
std::string letters_of(const std::string& name) {
  std::string word;
  for (const char c : lower(name.substr(name.rfind('/') + 1))) {
    if (c >= 'a' && c <= 'z') word.push_back(c);
  }
  return word;
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

}  // namespace

Axis axis_of_name(const std::string& name) {
  const std::string word = letters_of(name);
  for (const auto& [axis, words] : axis_names) {
    if (words.contains(word)) return axis;
  }
  return Axis::other;
}

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

}  // namespace stormsweep::netcdf
