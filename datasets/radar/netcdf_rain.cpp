#include "datasets/radar/netcdf_rain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "datasets/files/units.hpp"
#include "search/base/text.hpp"

namespace stormsweep::radar {

namespace {

using netcdf::File;
using netcdf::Variable;

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
  return std::ranges::any_of(words, [&](const char* word) { return text.find(word) != std::string::npos; });
}

std::string small_name(const Variable& variable) {
  return lower(variable.own_name());
}

std::string standard_name(const File& file, const Variable& variable) {
  return lower(file.text(variable, "standard_name").value_or(""));
}

/// By CF's attribute, or by that of DWD's and NASA's tools.
std::string unit_of(const File& file, const Variable& variable) {
  for (const char* const name : {"units", "unit", "Units"}) {
    if (const auto unit = file.text(variable, name)) return *unit;
  }
  return "";
}

struct Unit {
  Meaning meaning = Meaning::rate;
  double factor = 1;
};

/// Nothing where it is no unit of rain. 1 kg of rain on 1 m2 is 1 mm deep; DWD leaves the square metre out.
std::optional<Unit> read_unit(const std::string& unit) {
  const std::string letters = lower(unit);
  for (const char* const decibels : {"dbz", "dbze", "db", "decibel", "decibels", "10*log10(mm6/m3)"}) {
    if (letters == decibels) return Unit{Meaning::reflectivity, 1};
  }
  if (letters == "kg") return Unit{Meaning::amount, 1};
  constexpr std::array<std::pair<const char*, Meaning>, 4> known{
      {{"mm h-1", Meaning::rate}, {"kg m-2 h-1", Meaning::rate}, {"mm", Meaning::amount}, {"kg m-2", Meaning::amount}}};
  for (const auto& [name, meaning] : known) {
    if (const auto conversion = unit_conversion(unit, name)) return Unit{meaning, conversion->scale};
  }
  return std::nullopt;
}

/// Whether a field is about rain but not rain itself. `words`: its names.
bool is_about_rain(const File& file, const Variable& variable, const std::string& words) {
  return file.text(variable, "flag_meanings") || file.text(variable, "flag_values") ||
         has_any(words,
                 {"quality",  "index",     "error",    "uncertain",    "source",     "flag",   "mask",      "weight",
                  "probab",   "prob_",     "fraction", "count",        "number",     "status", "condition", "time",
                  "type",     "phase",     "height",   "temperature",  "_pal",       "_bnds",  "bounds",    "terrain",
                  "variance", "deviation", "distance", "differential", "correlation"});
}

bool names_rain(const std::string& words) {
  return has_any(words, {"rain", "precip", "reflectivity", "dbz", "qpe", "prcp", "crr_", "rfe", "radar"});
}

/// Whether a field is rain by its long name, which is free text.
bool is_called_rain(const File& file, const Variable& variable) {
  const std::string words = lower(file.text(variable, "long_name").value_or("")) + " " + small_name(variable);
  return names_rain(words) && !is_about_rain(file, variable, words);
}

/// Whether a field is rain by its standard name or its own.
bool is_rain(const File& file, const Variable& variable) {
  constexpr std::array names{"tp",    "rr",   "pr",     "rate", "rw",  "ry",  "rv",     "apcp",
                             "prate", "mtpr", "tprate", "acrr", "pcp", "crr", "cmorph", "rfe"};
  constexpr std::array reflectivities{"refl", "ref", "th", "zh", "z"};  // heights are called so, too
  const std::string name = small_name(variable);
  const std::string words = name + " " + standard_name(file, variable);
  if (is_about_rain(file, variable, words)) return false;
  if (std::ranges::find(reflectivities, name) != reflectivities.end()) {
    const auto unit = read_unit(unit_of(file, variable));
    return !unit || unit->meaning == Meaning::reflectivity;
  }
  return std::ranges::find(names, name) != names.end() || lower(unit_of(file, variable)).starts_with("dbz") ||
         names_rain(words);
}

/// Whether a field is a part of the rain, or an intermediate estimate.
bool is_partial(const File& file, const Variable& variable) {
  const std::string name = small_name(variable);
  return name.starts_with("hq") || name.starts_with("ir") || name.starts_with("mw") || name == "sf" ||
         has_any(name + " " + standard_name(file, variable),
                 {"uncal", "convective", "large_scale", "stratiform", "snow", "solid", "graupel", "hail", "random",
                  "uncorrected", "raw", "minimum", "maximum", "_min", "_max"});
}

std::string words_of(const File& file, const Variable& variable) {
  const std::string unit = unit_of(file, variable);
  return fmt::format("{} ({})", variable.name, unit.empty() ? "without a unit" : unit);
}

std::string dimensions_of(const Variable& variable) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < variable.shape.size(); ++i)
    words.push_back(fmt::format("{} = {}", variable.dimensions[i], variable.shape[i]));
  return fmt::format("{}", fmt::join(words, ", "));
}

/// The smaller, the more likely the field is meant.
auto rank(const File& file, const NetcdfRain& rain) {
  const Variable& variable = rain.variable;
  return std::tuple(is_partial(file, variable), !rain.layout.time, std::ranges::count(variable.name, '/'), rain.meaning,
                    standard_name(file, variable).empty());
}

/// Fields of rain; and, described in words, those whose unit or dimensions are not understood.
struct Found {
  std::vector<NetcdfRain> rain;
  std::vector<std::string> others;
};

Found find(const File& file, bool (*is)(const File&, const Variable&)) {
  Found found;
  for (const Variable& variable : file.variables()) {
    if (variable.shape.empty() || !is(file, variable)) continue;
    if (const auto rain = as_rain(file, variable))
      found.rain.push_back(*rain);
    else
      found.others.push_back(words_of(file, variable) + fmt::format(" [{}]", dimensions_of(variable)));
  }
  return found;
}

/// Refuses a file in which no name suggests rain.
[[noreturn]] void refuse_nameless(const File& file, const std::filesystem::path& path) {
  std::vector<std::string> rates;
  for (const Variable& variable : file.variables()) {
    const auto rain = as_rain(file, variable);
    if (rain && rain->meaning == Meaning::rate) rates.push_back(words_of(file, variable));
  }
  if (!rates.empty())
    refuse(path,
           fmt::format("no variable is named as rain; if one of {} is, give it as --variable", fmt::join(rates, ", ")));
  refuse(path,
         "holds no radar images that stormsweep knows; give KNMI, ODIM or SEVIR VIL files, or NetCDF with a variable "
         "of rain or reflectivity (time, y, x)");
}

NetcdfRain called(const File& file, const std::filesystem::path& path, const std::string& name) {
  for (const Variable& variable : file.variables()) {
    if (variable.name != name && variable.own_name() != name) continue;
    if (const auto rain = as_rain(file, variable)) return *rain;
    refuse(path, fmt::format("{} is [{}], in the unit '{}': no images of rain; give --variable a field "
                             "[time, y, x] in mm/h, kg m-2 s-1, mm, kg m-2, m or dBZ",
                             variable.name, dimensions_of(variable), unit_of(file, variable)));
  }
  std::vector<std::string> others;
  for (const Variable& variable : file.variables()) {
    if (as_rain(file, variable)) others.push_back(variable.name);
  }
  refuse(path, fmt::format("has no variable {}; give --variable one of {}", name,
                           others.empty() ? "another file" : fmt::format("{}", fmt::join(others, ", "))));
}

}  // namespace

std::optional<NetcdfRain> as_rain(const File& file, const Variable& variable) {
  if (variable.shape.size() < 2 || variable.size() == 0) return std::nullopt;
  const auto layout = netcdf::layout_of(file, variable);
  const auto unit = read_unit(unit_of(file, variable));
  if (!layout || !unit || (layout->level && variable.shape[*layout->level] > 1)) return std::nullopt;
  return NetcdfRain{variable, *layout, unit->meaning, unit->factor};
}

NetcdfChoice choose_rain(const File& file, const std::filesystem::path& path, const std::string& name) {
  if (!name.empty()) return {called(file, path, name), ""};
  auto [found, others] = find(file, is_rain);
  if (found.empty()) found = find(file, is_called_rain).rain;
  if (found.empty() && others.empty()) refuse_nameless(file, path);
  if (found.empty()) {
    refuse(path,
           fmt::format("its rain is not understood: {}; known are fields [time, y, x] in mm/h, kg m-2 s-1, m s-1, "
                       "mm, kg m-2, m and dBZ, and their like",
                       fmt::join(others, ", ")));
  }
  const auto best = std::ranges::min_element(found, {}, [&](const NetcdfRain& rain) { return rank(file, rain); });
  std::vector<std::string> rest;
  for (const NetcdfRain& rain : found) {
    if (rain.variable.name != best->variable.name) rest.push_back(rain.variable.name);
  }
  if (rest.empty()) return {*best, ""};
  return {*best, fmt::format("{} is taken; it also holds {}: --variable NAME takes another", best->variable.name,
                             fmt::join(rest, ", "))};
}

}  // namespace stormsweep::radar
