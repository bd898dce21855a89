#include "datasets/climate/climate_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// Accepts kg/m2 for mm: 1 kg/m2 of water is 1 mm of it.
std::optional<UnitConversion> conversion(const std::string& name, const std::string& unit) {
  if (name == "tas") return unit_conversion(unit, "K");
  const auto depth = unit_conversion(unit, "mm/day");
  return depth ? depth : unit_conversion(unit, "kg m-2 day-1");
}

UnitConversion checked_conversion(const std::string& name, const std::string& told, const ClimateSource& file) {
  const std::string unit = told.empty() ? file.unit() : told;
  if (const auto found = conversion(name, unit)) return *found;
  const bool warmth = name == "tas";
  throw InputError(fmt::format("{}: {} is in '{}', no {}; give it in {}, or name its unit by \"unit\"",
                               file.path().string(), name, unit, warmth ? "temperature" : "rate of rain",
                               warmth ? "K or degC" : "kg m-2 s-1 or mm/day"));
}

}  // namespace

std::string target_unit(const std::string& name) {
  return name == "tas" ? "K" : "mm/day";
}

ClimateTarget::ClimateTarget(const ClimateManifest& manifest, const std::string& name, const ClimateFiles& files,
                             const std::string& scenario, const std::string& member, std::vector<std::string>& notes)
    : name_(name),
      series_(manifest.files(files, scenario, member), files.variable, member, notes),
      unit_(checked_conversion(name, files.unit, series_.first())) {
  const ClimateSource& first = series_.first();
  const std::string place = first.path().string() + ": " + files.variable;
  if (first.global()) throw InputError(place + " has no latitudes and longitudes; give maps");
  if (series_.yearly()) {
    throw InputError(place +
                     " is yearly, but training needs months; give the monthly means of the same runs (its forcings "
                     "may be yearly)");
  }
  const auto several = [&](const auto& one) { return one.first == scenario && one.second.size() > 1; };
  const auto names_member = [](const std::string& pattern) { return pattern.find("{member}") != std::string::npos; };
  if (std::ranges::any_of(manifest.scenarios, several) && !first.has_members() &&
      !std::ranges::any_of(files.patterns, names_member)) {
    throw InputError(
        fmt::format("{} has no dimension of members, and {} several; write {{member}} into the name of its files",
                    place, scenario));
  }
}

void ClimateTarget::check_possible(const std::vector<float>& values, ClimateMonth month) const {
  // Limits well beyond any month on Earth. The wettest on record is Cherrapunji's July 1861: 9,300 mm, 300 a day (World
  // Meteorological Organization, archive of weather extremes); spectral models have rain a little below zero.
  const auto [least, most] = name_ == "tas" ? std::pair(150.0f, 350.0f) : std::pair(-1.0f, 1000.0f);
  const auto wrong = std::ranges::find_if(values, [&](float value) { return value < least || value > most; });
  if (wrong == values.end()) return;
  throw InputError(fmt::format(
      "{}: {} is {:g} {} in a cell of {}, and every month has {:g} to {:g}; name its unit by \"unit\", or give a file "
      "whose missing values are declared",
      series_.path(month).string(), name_, *wrong, target_unit(name_), words_of_month(month), least, most));
}

std::vector<float> ClimateTarget::read(ClimateMonth month) {
  std::vector<float> values = series_.read(month);
  std::int64_t missing = 0;
  for (float& value : values) {
    value = static_cast<float>(unit_.scale * value + unit_.offset);
    missing += std::isfinite(value) ? 0 : 1;
  }
  if (missing > 0) {
    throw InputError(fmt::format("{}: {} is missing in {} of {} cells of {}; leave that year out by \"years\"",
                                 series_.path(month).string(), name_, missing, values.size(), words_of_month(month)));
  }
  check_possible(values, month);
  return values;
}

}  // namespace stormsweep
