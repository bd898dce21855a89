#include "master/report/declared.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "master/store/sql_text.hpp"
#include "search/base/text.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

/// The space that a search was submitted as.
Json space_of(Selection& selection, const SearchSummary& search) {
  const Cell text =
      selection.first(fmt::format("SELECT space FROM searches WHERE name = {}", sql_literal(search.name)));
  const auto* const space = std::get_if<std::string>(&text);
  return space ? Json::parse(*space, nullptr, false) : Json();
}

/// `json[key]`, or null.
Json member(const Json& json, const char* key) {
  return json.is_object() ? json.value(key, Json()) : Json();
}

/// Of an experiment of the user's own, which the space holds or names.
std::vector<std::string> own_choices(const Json& space, const std::string& column) {
  for (const Json& one : member(member(space, "experiment"), "hyperparameters")) {
    const Json choices = member(one, "choices");
    if (member(one, "name") == column && choices.is_array()) return choices.get<std::vector<std::string>>();
  }
  return {};
}

const Experiment* shipped(const std::string& name) {
  const auto found = std::ranges::find(experiments(), name, &Experiment::name);
  return found == experiments().end() ? nullptr : &*found;
}

std::vector<std::string> choices(const Json& space, const SearchSummary& search, const std::string& column) {
  const Experiment* const experiment = shipped(search.experiment);
  if (!experiment) return own_choices(space, column);
  const auto found = experiment->find(column);
  return found ? experiment->hyperparameters[*found].choices : std::vector<std::string>();
}

std::string unit(const SearchSummary& search, const std::string& column) {
  if (column.ends_with("_seconds")) return "s";
  if (column == "flops") return "FLOP/s";
  if (const Experiment* const experiment = shipped(search.experiment))
    for (const Profile& profile : experiment->profiles)
      if (profile.name == column) return profile.unit;
  return {};
}

/// The words of a list or of {"values"}, as they stand there.
std::vector<std::string> listed_words(const Json& parameter) {
  if (parameter.is_object()) return listed_words(member(parameter, "values"));
  std::vector<std::string> words;
  if (parameter.is_array())
    for (const Json& value : parameter)
      if (value.is_string()) words.push_back(value.get<std::string>());
  return words;
}

/// Of {"min", "max", "scale"}. What halving makes of epochs without a scale are rungs, which grow.
std::optional<bool> logarithmic(const std::string& column, const Json& range) {
  if (!range.is_object() || !range.contains("min")) return std::nullopt;
  const Json scale = member(range, "scale");
  if (scale.is_null() && column == "epochs") return std::nullopt;
  return !scale.is_null() && scale != "linear";
}

/// Of a value, a list, {"values"} or {"min", "max"}; with "when" the default, too.
bool has_several_values(const Json& parameter) {
  if (parameter.is_array()) return parameter.size() > 1;
  if (!parameter.is_object()) return false;
  return parameter.contains("when") || has_several_values(member(parameter, "values")) ||
         member(parameter, "min") != member(parameter, "max");
}

}  // namespace

Declared declared(Selection& selection, const std::string& column) {
  Declared found;
  for (const SearchSummary& search : selection.searches()) {
    if (found.unit.empty()) found.unit = unit(search, column);
    if (!contains(search.hyperparameters, column)) continue;
    found.hyperparameter = true;
    const Json space = space_of(selection, search);
    if (found.words.empty()) found.words = choices(space, search, column);
    const Json parameter = member(member(space, "parameters"), column.c_str());
    if (found.words.empty()) found.words = listed_words(parameter);
    if (!found.logarithmic) found.logarithmic = logarithmic(column, parameter);
    found.varies |= has_several_values(parameter);
  }
  for (const Curve& curve : selection.curves())
    if (curve.coordinate == column) found.words = curve.words;
  return found;
}

std::string with_unit(Selection& selection, const std::string& column) {
  const std::string unit = declared(selection, column).unit;
  return unit.empty() ? column : fmt::format("{} ({})", column, unit);
}

}  // namespace stormsweep
