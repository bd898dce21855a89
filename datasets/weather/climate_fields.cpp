#include "datasets/weather/climate_fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "datasets/files/units.hpp"

namespace stormsweep {

namespace {

using netcdf::FieldLayout;
using netcdf::File;
using netcdf::Variable;

/// In lower case: names that models and reanalyses use, and CF's standard names where one alone tells the field.
const std::multimap<std::string_view, ClimateField> names{
    {"ivt", ClimateField::transport},
    {"uflxqv", ClimateField::transport_east},
    {"viwve", ClimateField::transport_east},
    {"ivtu", ClimateField::transport_east},
    {"vflxqv", ClimateField::transport_north},
    {"viwvn", ClimateField::transport_north},
    {"ivtv", ClimateField::transport_north},
    {"tmq", ClimateField::tmq},
    {"iwv", ClimateField::tmq},
    {"tqv", ClimateField::tmq},
    {"tcwv", ClimateField::tmq},
    {"prw", ClimateField::tmq},
    {"atmosphere_mass_content_of_water_vapor", ClimateField::tmq},
    {"lwe_thickness_of_atmosphere_mass_content_of_water_vapor", ClimateField::tmq},
    {"u850", ClimateField::u850},
    {"ua850", ClimateField::u850},
    {"v850", ClimateField::v850},
    {"va850", ClimateField::v850},
    {"qrefht", ClimateField::q},
    {"q850", ClimateField::q},
    {"q", ClimateField::q},
    {"huss", ClimateField::q},
    {"qv2m", ClimateField::q},
    {"psl", ClimateField::psl},
    {"slp", ClimateField::psl},
    {"msl", ClimateField::psl},
    {"air_pressure_at_mean_sea_level", ClimateField::psl},
    {"air_pressure_at_sea_level", ClimateField::psl},
    {"t200", ClimateField::t200},
    {"ta200", ClimateField::t200},
    {"t500", ClimateField::t500},
    {"ta500", ClimateField::t500},
    {"prect", ClimateField::prect},
    {"pr", ClimateField::prect},
    {"precipitation_flux", ClimateField::prect},
};

/// Of fields on levels of pressure: the levels (hPa) that rules look at.
struct LevelField {
  ClimateField field;
  double hectopascals;
};
const std::multimap<std::string_view, LevelField> level_names{
    {"u", {ClimateField::u850, 850}},
    {"v", {ClimateField::v850, 850}},
    {"q", {ClimateField::q, 850}},
    {"ua", {ClimateField::u850, 850}},
    {"va", {ClimateField::v850, 850}},
    {"hus", {ClimateField::q, 850}},
    {"uwnd", {ClimateField::u850, 850}},
    {"vwnd", {ClimateField::v850, 850}},
    {"shum", {ClimateField::q, 850}},
    {"t", {ClimateField::t200, 200}},
    {"ta", {ClimateField::t200, 200}},
    {"air", {ClimateField::t200, 200}},
    {"t", {ClimateField::t500, 500}},
    {"ta", {ClimateField::t500, 500}},
    {"air", {ClimateField::t500, 500}},
    {"eastward_wind", {ClimateField::u850, 850}},
    {"northward_wind", {ClimateField::v850, 850}},
    {"specific_humidity", {ClimateField::q, 850}},
    {"air_temperature", {ClimateField::t200, 200}},
    {"air_temperature", {ClimateField::t500, 500}},
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What a variable may be known by.
std::array<std::string, 2> names_of(const File& file, const Variable& variable) {
  return {lower(variable.name), lower(file.text(variable, "standard_name").value_or(""))};
}

std::optional<ClimateField> field_of(const File& file, const Variable& variable) {
  for (const std::string& name : names_of(file, variable)) {
    if (const auto known = names.find(name); known != names.end()) return known->second;
  }
  return std::nullopt;
}

/// Pressures (hPa) along the levels of a variable; in their own unit where none is told, then in Pa if they are many.
std::vector<double> levels_of(const File& file, const Variable& variable, std::size_t dimension) {
  const auto coordinate = netcdf::coordinate_of(file, variable, dimension);
  if (!coordinate) return {};
  std::vector<double> levels = file.decoded(*coordinate, file.read(*coordinate));
  const std::string unit = file.text(*coordinate, "units").value_or("");
  const auto told = unit_conversion(unit, "hPa");
  if (!told && !unit.empty()) return {};
  const bool pascals = !levels.empty() && std::ranges::max(levels) > 2000;
  for (double& level : levels) level *= told ? told->scale : pascals ? 0.01 : 1;
  return levels;
}

}  // namespace

const char* unit_of(ClimateField field) {
  switch (field) {
    case ClimateField::transport:
    case ClimateField::transport_east:
    case ClimateField::transport_north:
      return "kg m-1 s-1";
    case ClimateField::tmq:
      return "kg m-2";
    case ClimateField::u850:
    case ClimateField::v850:
      return "m s-1";
    case ClimateField::q:
      return "kg kg-1";
    case ClimateField::psl:
      return "Pa";
    case ClimateField::t200:
    case ClimateField::t500:
      return "K";
    default:
      return "";
  }
}

std::vector<std::pair<ClimateField, std::size_t>> fields_of(const File& file, const Variable& variable,
                                                            const FieldLayout& layout) {
  std::vector<std::pair<ClimateField, std::size_t>> found;
  const std::vector<double> levels = layout.level ? levels_of(file, variable, *layout.level) : std::vector<double>();
  for (const std::string& name : names_of(file, variable)) {
    const auto [first, last] = level_names.equal_range(name);
    for (auto known = first; known != last; ++known) {
      const double wanted = known->second.hectopascals;
      const auto at = std::ranges::find_if(levels, [&](double level) { return std::abs(level - wanted) < 0.5; });
      if (at != levels.end()) found.emplace_back(known->second.field, static_cast<std::size_t>(at - levels.begin()));
    }
  }
  const bool named =
      std::ranges::any_of(names_of(file, variable), [](const auto& name) { return level_names.contains(name); });
  const bool on_levels = layout.level && (variable.shape[*layout.level] > 1 || (named && !levels.empty()));
  const auto field = on_levels ? std::nullopt : field_of(file, variable);
  if (field) found.emplace_back(*field, 0);
  return found;
}

}  // namespace stormsweep
