#include "experiments/emulator/emulator_notes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::json;

Json to_json(const ClimateField& field) {
  return {{"name", field.name},
          {"unit", field.unit},
          {"mean", field.statistics.mean},
          {"deviation", field.statistics.deviation}};
}

ClimateField field_of(const Json& json) {
  ClimateField field{json.at("name"), json.at("unit"), false, {json.at("mean"), json.at("deviation")}};
  if (!std::isfinite(field.statistics.mean) || !(field.statistics.deviation > 0))
    throw std::invalid_argument(field.name + " has no finite mean, or no positive deviation");
  return field;
}

/// A number for each month of the year; JSON writes null where there is none.
std::array<double, 12> months_of(const Json& json) {
  std::array<double, 12> months;
  for (std::size_t m = 0; m < months.size(); ++m) months[m] = json.at(m).is_null() ? NAN : json.at(m).get<double>();
  return months;
}

}  // namespace

std::string emulator_notes(const ClimateLayout& layout, const std::vector<std::string>& targets,
                           const PatternScaling& baselines) {
  Json notes{{"height", layout.grid.height()},
             {"width", layout.grid.width()},
             {"latitudes", layout.grid.latitudes},
             {"longitudes", layout.grid.longitudes}};
  for (const ClimateField& field : layout.forcings) notes["forcings"].push_back(to_json(field));
  for (std::size_t t = 0; t < targets.size(); ++t) {
    Json target = to_json(*std::ranges::find(layout.targets, targets[t], &ClimateField::name));
    const PatternScaling::Line line = baselines.line(t, layout.grid);
    target["climatology"] = line.climatology;
    target["offset"] = line.offset, target["slope"] = line.slope;
    notes["targets"].push_back(std::move(target));
  }
  return notes.dump();
}

EmulatorNotes parse_emulator_notes(const std::string& text, const std::string& file) {
  const auto refuse = [&](const std::string& problem) {
    return InputError(file + ": " + problem + "; give a model that stormsweep run --keep-best left");
  };
  try {
    const Json json = Json::parse(text);
    EmulatorNotes notes;
    notes.height = json.at("height"), notes.width = json.at("width");
    notes.grid = {json.value("latitudes", std::vector<double>()), json.value("longitudes", std::vector<double>())};
    for (const Json& field : json.at("forcings")) notes.forcings.push_back(field_of(field));
    for (const Json& field : json.at("targets")) {
      notes.targets.push_back(field_of(field));
      notes.lines.push_back(
          {months_of(field.at("climatology")), months_of(field.at("offset")), months_of(field.at("slope"))});
    }
    return notes;
  } catch (const Json::exception&) {
    throw refuse("lacks its forcings, its targets and their grid");
  } catch (const std::invalid_argument& error) {
    throw refuse(error.what());
  }
}

}  // namespace stormsweep
