#include "datasets/weather/cf_weather_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

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

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string standard_name(const File& file, const Variable& variable) {
  return lower(file.text(variable, "standard_name").value_or(""));
}

std::optional<ClimateField> field_of(const File& file, const Variable& variable) {
  for (const std::string& name : {lower(variable.name), standard_name(file, variable)}) {
    if (const auto known = names.find(name); known != names.end()) return known->second;
  }
  return std::nullopt;
}

File open(const std::filesystem::path& path) {
  std::string problem = "no such file";
  if (std::filesystem::exists(path)) {
    if (auto file = File::open(path, problem)) return std::move(*file);
  }
  throw InputError(fmt::format("{}: cannot be read as NetCDF ({}); give a NetCDF file, or a sample that ends in .h5",
                               path.string(), problem));
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

void ClimateFile::refuse(const std::string& problem) const {
  throw InputError(fmt::format("{}: {}", path_.string(), problem));
}

ClimateFile::ClimateFile(const std::filesystem::path& path) : path_(path), file_(open(path)) {
  const Variable* shape = nullptr;  // of all fields
  for (const Variable& variable : file_.variables()) {
    const auto field = field_of(file_, variable);
    if (!field || (variable.shape.size() != 2 && variable.shape.size() != 3)) continue;
    const auto [known, fresh] = variables_.emplace(*field, variable);
    if (!shape) shape = &known->second;
    if (fresh && variable.shape != shape->shape)
      refuse(fmt::format("{} and {} are of different sizes; give a file of one grid and one time axis", shape->name,
                         variable.name));
  }
  if (!shape || !(has(ClimateField::transport) || has(ClimateField::tmq) ||
                  (has(ClimateField::transport_east) && has(ClimateField::transport_north)) ||
                  (has(ClimateField::u850) && has(ClimateField::v850) && has(ClimateField::q))))
    refuse(
        "has no moisture that a river could be told by; give a NetCDF file with IVT, or IWV (TMQ, TQV, PRW), or U850, "
        "V850 and Q as [latitude, longitude] or [time, latitude, longitude]");
  if (shape->shape.size() == 3) moments_ = static_cast<std::int64_t>(shape->shape[0]);
  read_grid(*shape);
}

void ClimateFile::read_grid(const Variable& field) {
  const auto coordinate = [&](const std::string& dimension, const char* meaning) {
    const auto variable = file_.variable(dimension);
    const bool told = variable && variable->shape.size() == 1 &&
                      (standard_name(file_, *variable) == meaning || lower(dimension) == meaning ||
                       lower(dimension) == std::string_view(meaning).substr(0, 3));
    if (!told)
      refuse(fmt::format("{} of {} is no {}; give fields on [latitude, longitude]", dimension, field.name, meaning));
    return file_.read(*variable);
  };
  const std::size_t rank = field.shape.size();
  grid_.latitudes = coordinate(field.dimensions[rank - 2], "latitude");
  grid_.longitudes = coordinate(field.dimensions[rank - 1], "longitude");
  for (std::size_t i = 1; i < grid_.longitudes.size(); ++i) {
    if (grid_.longitudes[i] < grid_.longitudes[i - 1]) grid_.longitudes[i] += 360;  // where 359 E is followed by 0 E
  }
  if (!evenly_apart(grid_.latitudes) || !evenly_apart(grid_.longitudes))
    refuse("its latitudes or longitudes are not evenly apart; interpolate the fields to a regular grid");
  if (!std::ranges::all_of(grid_.latitudes, [](double latitude) { return std::abs(latitude) <= 90; }))
    refuse("has latitudes beyond 90 degrees; give degrees north");
}

std::vector<float> ClimateFile::read(ClimateField field, std::int64_t moment) const {
  const Variable& variable = variables_.at(field);
  const std::vector<double> values =
      variable.shape.size() == 3 ? file_.read_at(variable, static_cast<std::size_t>(moment)) : file_.read(variable);
  if (values.empty()) refuse(variable.name + " cannot be read; the file may be cut short: fetch it again");
  const std::string unit = lower(file_.text(variable, "units").value_or(""));
  const bool hectopascals = unit == "hpa" || unit == "mb" || unit == "mbar" || unit == "millibar";
  const double factor = field == ClimateField::psl && hectopascals ? 100 : 1;
  std::vector<float> result(values.size());
  std::ranges::transform(file_.decoded(variable, values), result.begin(),
                         [&](double value) { return static_cast<float>(value * factor); });
  return result;
}

}  // namespace stormsweep
