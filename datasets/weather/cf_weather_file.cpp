#include "datasets/weather/cf_weather_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

using netcdf::File;
using netcdf::Variable;

/// The unit that ARTMIP's files of MERRA-2 state for their IVT, which is kg of vapour (not kg per kg of air) through 1
/// m in 1 s.
constexpr const char* artmip_transport = "kg kg-1 m-1 s-1";
constexpr const char* remedy = "give a NetCDF file, or a sample that ends in .h5";

/// Whether it is transport of vapour, or serves to compute it: the rules on cyclones look at none of these.
bool is_transport(LabelField field) {
  return field == LabelField::transport || field == LabelField::transport_east ||
         field == LabelField::transport_north || field == LabelField::q;
}

bool evenly_apart(const std::vector<double>& values) {
  if (values.size() < 2) return false;
  const double step = (values.back() - values.front()) / static_cast<double>(values.size() - 1);
  for (std::size_t i = 1; i < values.size(); ++i) {
    // Gaussian latitudes are a little uneven.
    if (!(std::abs(values[i] - values[i - 1] - step) < 0.05 * std::abs(step))) return false;
  }
  return step != 0;
}

}  // namespace

void CfWeatherFile::refuse(const std::string& problem) const {
  throw InputError(fmt::format("{}: {}", path_.string(), problem));
}

CfWeatherFile::CfWeatherFile(const std::filesystem::path& path) : path_(path), file_(path, remedy) {
  find_fields();
  if (!tells_rivers())
    refuse(
        "has no moisture field to find rivers in; give a NetCDF file with IVT, or IWV (TMQ, TQV, PRW), or U850, "
        "V850 and Q as [latitude, longitude] or [time, latitude, longitude], or U, V and Q on pressure levels");
  const Source& first = sources_.begin()->second;
  for (const auto& [field, source] : sources_) check_alike(first, source);
  if (first.layout.time) moments_ = static_cast<std::int64_t>(first.variable.shape[*first.layout.time]);
  read_grid(first);
}

void CfWeatherFile::find_fields() {
  std::map<LabelField, Variable> untold;
  for (const Variable& variable : file_.variables()) {
    if (variable.shape.size() < 2) continue;
    const auto layout = netcdf::layout_of(file_, variable);
    if (!layout) continue;
    for (const auto& [field, level] : fields_of(file_, variable, *layout)) {
      if (has(field)) continue;
      if (const auto unit = conversion(field, variable))
        sources_.emplace(field, Source{variable, *layout, level, *unit});
      else
        untold.emplace(field, variable);
    }
  }
  const bool has_rivers = tells_rivers();
  for (const auto& [field, variable] : untold) {
    if (!has(field) && !(has_rivers && is_transport(field)))
      refuse(fmt::format("{} is in '{}', which is not understood; give it in {}, or mend its units", variable.name,
                         file_.text(variable, "units").value_or(""), unit_of(field)));
  }
}

bool CfWeatherFile::tells_rivers() const {
  const auto all = [&](std::initializer_list<LabelField> fields) {
    return std::ranges::all_of(fields, [&](LabelField field) { return has(field); });
  };
  return all({LabelField::transport}) || all({LabelField::tmq}) ||
         all({LabelField::transport_east, LabelField::transport_north}) ||
         all({LabelField::u850, LabelField::v850, LabelField::q});
}

/// 1 kg/m2 of water is 1 mm of it, and some files state the one for the other.
std::optional<UnitConversion> CfWeatherFile::conversion(LabelField field, const Variable& variable) const {
  const std::string unit = file_.text(variable, "units").value_or(""), wanted = unit_of(field);
  if (unit.find_first_not_of(' ') == std::string::npos || wanted.empty()) return UnitConversion{};
  if (unit == artmip_transport && wanted == unit_of(LabelField::transport)) return UnitConversion{};
  if (const auto told = unit_conversion(unit, wanted)) return told;
  return field == LabelField::tmq ? unit_conversion(unit, "mm") : std::nullopt;
}

void CfWeatherFile::check_alike(const Source& first, const Source& other) const {
  const auto size = [](const Source& source) {
    const auto along = [&](std::size_t dimension) { return source.variable.shape[dimension]; };
    return std::tuple(along(source.layout.row), along(source.layout.column),
                      source.layout.time ? along(*source.layout.time) : 1);
  };
  if (size(first) != size(other))
    refuse(fmt::format("{} and {} are of different sizes; give a file of one grid and one time axis",
                       first.variable.name, other.variable.name));
}

std::vector<double> CfWeatherFile::read_degrees(const Source& field, std::size_t dimension, const char* meaning) const {
  const auto variable = netcdf::coordinate_of(file_, field.variable, dimension);
  const bool told = variable && (dimension == field.layout.row ? netcdf::is_latitude(file_, *variable)
                                                               : netcdf::is_longitude(file_, *variable));
  if (!told)
    refuse(fmt::format("{} of {} is no {}; give fields on [latitude, longitude]", field.variable.dimensions[dimension],
                       field.variable.name, meaning));
  return file_.decoded(*variable, file_.read(*variable));
}

void CfWeatherFile::read_grid(const Source& field) {
  grid_.latitudes = read_degrees(field, field.layout.row, "latitude");
  grid_.longitudes = read_degrees(field, field.layout.column, "longitude");
  for (std::size_t i = 1; i < grid_.longitudes.size(); ++i) {
    if (grid_.longitudes[i] < grid_.longitudes[i - 1]) grid_.longitudes[i] += 360;  // where 359 E is followed by 0 E
  }
  if (!evenly_apart(grid_.latitudes) || !evenly_apart(grid_.longitudes))
    refuse("its latitudes or longitudes are not evenly apart; interpolate the fields to a regular grid");
  if (!std::ranges::all_of(grid_.latitudes, [](double latitude) { return std::abs(latitude) <= 90; }))
    refuse("has latitudes beyond 90 degrees; give degrees north");
}

std::vector<float> CfWeatherFile::read(LabelField field, std::int64_t moment) const {
  const auto& [variable, layout, level, unit] = sources_.at(field);
  const std::vector<double> values = read_image(file_, variable, layout, static_cast<std::size_t>(moment), level);
  if (values.empty())
    refuse_file(path_, variable.name + " cannot be read", "the file may be cut short: fetch it again");
  std::vector<float> result(values.size());
  std::ranges::transform(values, result.begin(),
                         [to = unit](double value) { return static_cast<float>(to.scale * value + to.offset); });
  return result;
}

}  // namespace stormsweep
