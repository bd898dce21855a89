#include "datasets/files/grid_mapping.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "datasets/files/field_layout.hpp"
#include "datasets/files/units.hpp"

namespace stormsweep::netcdf {

namespace {

/// CF's attributes of one grid mapping, written as PROJ does.
class Attributes {
 public:
  Attributes(const File& file, const Variable& mapping) : file_(file), mapping_(mapping) {}

  std::optional<double> number(const char* name) const { return file_.number(mapping_, name); }
  double or_zero(const char* name) const { return number(name).value_or(0); }
  /// " +word=number"; nothing where there is no such attribute.
  std::string told(const char* word, const char* name) const {
    const auto value = number(name);
    return value ? fmt::format(" +{}={}", word, *value) : "";
  }
  /// The standard parallels, one or two.
  std::string parallels() const {
    const std::vector<double> values = file_.numbers(mapping_, "standard_parallel");
    if (values.empty()) return "";
    return fmt::format(" +lat_1={} +lat_2={}", values[0], values[values.size() > 1 ? 1 : 0]);
  }
  /// The central meridian, under any of its names.
  std::string meridian() const {
    for (const char* const name :
         {"longitude_of_central_meridian", "longitude_of_projection_origin", "straight_vertical_longitude_from_pole"}) {
      if (number(name)) return told("lon_0", name);
    }
    return " +lon_0=0";
  }
  std::string origin() const { return told("lat_0", "latitude_of_projection_origin") + meridian(); }
  std::string true_scale() const {
    if (number("standard_parallel")) return told("lat_ts", "standard_parallel");
    return told("k_0", number("scale_factor_at_projection_origin") ? "scale_factor_at_projection_origin"
                                                                   : "scale_factor_at_central_meridian");
  }
  std::string sweep() const {
    const std::string sweep = file_.text(mapping_, "sweep_angle_axis").value_or("");
    const std::string fixed = file_.text(mapping_, "fixed_angle_axis").value_or("");
    return sweep == "x" || fixed == "y" ? " +sweep=x" : " +sweep=y";
  }
  std::string earth() const {
    if (const auto radius = number("earth_radius")) return fmt::format(" +R={}", *radius);
    const auto major = number("semi_major_axis"), minor = number("semi_minor_axis");
    const auto flattening = number("inverse_flattening");
    if (major && minor) return fmt::format(" +a={} +b={}", *major, *minor);
    if (major && flattening)
      return fmt::format(" +a={}", *major) +
             (*flattening == 0 ? fmt::format(" +b={}", *major) : fmt::format(" +rf={}", *flattening));
    return major ? fmt::format(" +R={}", *major) : " +ellps=WGS84";
  }

 private:
  const File& file_;
  const Variable& mapping_;
};

std::string rotated_pole(const Attributes& told) {
  return fmt::format("+proj=ob_tran +o_proj=longlat +o_lon_p={} +o_lat_p={} +lon_0={}",
                     told.or_zero("north_pole_grid_longitude"), told.number("grid_north_pole_latitude").value_or(90),
                     told.or_zero("grid_north_pole_longitude") + 180);
}

std::string polar_stereographic(const Attributes& told) {
  const double south = told.number("latitude_of_projection_origin").value_or(told.or_zero("standard_parallel"));
  return fmt::format("+proj=stere +lat_0={}", south < 0 ? -90 : 90) + told.true_scale() + told.meridian();
}

std::string geostationary(const Attributes& told) {
  return "+proj=geos" + told.told("h", "perspective_point_height") + told.meridian() + told.sweep();
}

using Writer = std::string (*)(const Attributes&);
/// Projections by CF's grid_mapping_name, without the ellipsoid and without false easting and northing.
const std::map<std::string, Writer> writers{
    {"latitude_longitude", [](const Attributes&) -> std::string { return "+proj=longlat"; }},
    {"rotated_latitude_longitude", rotated_pole},
    {"polar_stereographic", polar_stereographic},
    {"geostationary", geostationary},
    {"albers_conical_equal_area",
     [](const Attributes& told) { return "+proj=aea" + told.parallels() + told.origin(); }},
    {"lambert_conformal_conic", [](const Attributes& told) { return "+proj=lcc" + told.parallels() + told.origin(); }},
    {"lambert_azimuthal_equal_area", [](const Attributes& told) { return "+proj=laea" + told.origin(); }},
    {"lambert_cylindrical_equal_area",
     [](const Attributes& told) { return "+proj=cea" + told.true_scale() + told.meridian(); }},
    {"azimuthal_equidistant", [](const Attributes& told) { return "+proj=aeqd" + told.origin(); }},
    {"stereographic",
     [](const Attributes& told) {
       return "+proj=stere" + told.origin() + told.told("k_0", "scale_factor_at_projection_origin");
     }},
    {"mercator", [](const Attributes& told) { return "+proj=merc" + told.true_scale() + told.meridian(); }},
    {"transverse_mercator", [](const Attributes& told) { return "+proj=tmerc" + told.origin() + told.true_scale(); }},
    {"orthographic", [](const Attributes& told) { return "+proj=ortho" + told.origin(); }},
    {"sinusoidal", [](const Attributes& told) { return "+proj=sinu" + told.meridian(); }},
    {"vertical_perspective",
     [](const Attributes& told) { return "+proj=nsper" + told.told("h", "perspective_point_height") + told.origin(); }},
};

/// False easting and northing in metres; CF has them in the unit of the field's x and y.
std::string shift(const File& file, const Variable& field, const Attributes& told) {
  std::string result;
  for (std::size_t i = 0; i < field.shape.size(); ++i) {
    const auto coordinate = coordinate_of(file, field, i);
    const Axis axis = coordinate ? axis_of(file, *coordinate) : Axis::other;
    if (axis != Axis::row && axis != Axis::column) continue;
    const auto metres = unit_conversion(file.text(*coordinate, "units").value_or(""), "m");
    const double added = told.or_zero(axis == Axis::row ? "false_northing" : "false_easting");
    if (added != 0)
      result += fmt::format(" +{}={}", axis == Axis::row ? "y_0" : "x_0", added * (metres ? metres->scale : 1));
  }
  return result;
}

std::optional<std::string> first_text(const File& file, const Variable& mapping,
                                      std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    if (auto text = file.text(mapping, name); text && !text->empty()) return text;
  }
  return std::nullopt;
}

/// The variable that grid_mapping names, "crs", or, in CF's longer form, "crs: x y"; where the field has no such
/// attribute, the file's only grid mapping.
std::optional<Variable> mapping_variable(const File& file, const Variable& field) {
  if (const auto name = file.text(field, "grid_mapping"))
    return file.beside(field, name->substr(0, name->find_first_of(": ")));
  std::vector<Variable> all;
  for (const Variable& variable : file.variables()) {
    if (file.text(variable, "grid_mapping_name")) all.push_back(variable);
  }
  return all.size() == 1 ? std::optional(all[0]) : std::nullopt;
}

}  // namespace

GridMapping grid_mapping_of(const File& file, const Variable& field) {
  GridMapping result;
  const auto mapping = mapping_variable(file, field);
  if (!mapping) {
    result.definition = first_text(file, file.globals(), {"gdal_projection", "proj4", "proj4_string"}).value_or("");
    return result;
  }
  const Attributes told(file, *mapping);
  result.variable = mapping->name;
  result.name = file.text(*mapping, "grid_mapping_name").value_or("");
  if (result.name == "geostationary" || result.name == "vertical_perspective")
    result.height = told.or_zero("perspective_point_height");
  const auto writer = writers.find(result.name);
  if (const auto proj = first_text(
          file, *mapping, {"proj4", "proj4_params", "proj4_string", "proj4text", "proj_string", "proj4_definition"}))
    result.definition = *proj;
  else if (writer != writers.end())
    result.definition = writer->second(told) + shift(file, field, told) + told.earth();
  else if (const auto wkt = first_text(file, *mapping, {"crs_wkt", "spatial_ref", "esri_pe_string"}))
    result.definition = *wkt;
  return result;
}

}  // namespace stormsweep::netcdf
