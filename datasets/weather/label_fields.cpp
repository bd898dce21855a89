#include "datasets/weather/label_fields.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "datasets/files/units.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using netcdf::FieldLayout;
using netcdf::File;
using netcdf::Variable;

/// In lower case: names that models and reanalyses use, and CF's standard names where they alone identify the
/// field.
const std::multimap<std::string_view, LabelField> field_names{
    {"ivt", LabelField::transport},
    {"uflxqv", LabelField::transport_east},
    {"viwve", LabelField::transport_east},
    {"ivtu", LabelField::transport_east},
    {"vflxqv", LabelField::transport_north},
    {"viwvn", LabelField::transport_north},
    {"ivtv", LabelField::transport_north},
    {"tmq", LabelField::tmq},
    {"iwv", LabelField::tmq},
    {"tqv", LabelField::tmq},
    {"tcwv", LabelField::tmq},
    {"prw", LabelField::tmq},
    {"atmosphere_mass_content_of_water_vapor", LabelField::tmq},
    {"lwe_thickness_of_atmosphere_mass_content_of_water_vapor", LabelField::tmq},
    {"u850", LabelField::u850},
    {"ua850", LabelField::u850},
    {"v850", LabelField::v850},
    {"va850", LabelField::v850},
    {"qrefht", LabelField::q},
    {"q850", LabelField::q},
    {"q", LabelField::q},
    {"huss", LabelField::q},
    {"qv2m", LabelField::q},
    {"psl", LabelField::psl},
    {"slp", LabelField::psl},
    {"msl", LabelField::psl},
    {"air_pressure_at_mean_sea_level", LabelField::psl},
    {"air_pressure_at_sea_level", LabelField::psl},
    {"t200", LabelField::t200},
    {"ta200", LabelField::t200},
    {"t500", LabelField::t500},
    {"ta500", LabelField::t500},
    {"prect", LabelField::prect},
    {"pr", LabelField::prect},
    {"precipitation_flux", LabelField::prect},
};

/// For fields on levels of pressure, the levels (hPa) that rules look at.
struct LevelField {
  LabelField field;
  double hectopascals;
};
const std::multimap<std::string_view, LevelField> level_names{
    {"u", {LabelField::u850, 850}},
    {"v", {LabelField::v850, 850}},
    {"q", {LabelField::q, 850}},
    {"ua", {LabelField::u850, 850}},
    {"va", {LabelField::v850, 850}},
    {"hus", {LabelField::q, 850}},
    {"uwnd", {LabelField::u850, 850}},
    {"vwnd", {LabelField::v850, 850}},
    {"shum", {LabelField::q, 850}},
    {"t", {LabelField::t200, 200}},
    {"ta", {LabelField::t200, 200}},
    {"air", {LabelField::t200, 200}},
    {"t", {LabelField::t500, 500}},
    {"ta", {LabelField::t500, 500}},
    {"air", {LabelField::t500, 500}},
    {"eastward_wind", {LabelField::u850, 850}},
    {"northward_wind", {LabelField::v850, 850}},
    {"specific_humidity", {LabelField::q, 850}},
    {"air_temperature", {LabelField::t200, 200}},
    {"air_temperature", {LabelField::t500, 500}},
};

/// The names by which a variable may be known.
std::array<std::string, 2> names_of(const File& file, const Variable& variable) {
  return {lower(variable.name), lower(file.text(variable, "standard_name").value_or(""))};
}

std::optional<LabelField> field_of(const File& file, const Variable& variable) {
  for (const std::string& name : names_of(file, variable)) {
    if (const auto known = field_names.find(name); known != field_names.end()) return known->second;
  }
  return std::nullopt;
}

/// Pressures (hPa) along the levels of a variable; where no unit is stated, they are taken for hPa, or Pa if there are
/// large numbers.
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

const char* unit_of(LabelField field) {
  switch (field) {
    case LabelField::transport:
    case LabelField::transport_east:
    case LabelField::transport_north:
      return "kg m-1 s-1";
    case LabelField::tmq:
      return "kg m-2";
    case LabelField::u850:
    case LabelField::v850:
      return "m s-1";
    case LabelField::q:
      return "kg kg-1";
    case LabelField::psl:
      return "Pa";
    case LabelField::t200:
    case LabelField::t500:
      return "K";
    default:
      return "";
  }
}

std::vector<std::pair<LabelField, std::size_t>> fields_of(const File& file, const Variable& variable,
                                                          const FieldLayout& layout) {
  std::vector<std::pair<LabelField, std::size_t>> found;
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
