#include "master/report/declared.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "master/store/sql_text.hpp"
#include "search/base/deepest_json.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"
#include "search/space/own_experiment.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

/// The space that a search was submitted as.
Json space_of(Selection& selection, const SearchSummary& search) {
  const Cell text =
      selection.first(fmt::format("SELECT space FROM searches WHERE name = {}", sql_literal(search.name)));
  const auto* const space = std::get_if<std::string>(&text);
  return space ? Json::parse(*space, not_too_deep, false) : Json();
}

/// `json[key]`, or null.
Json member(const Json& json, const char* key) {
  return json.is_object() ? json.value(key, Json()) : Json();
}

/// The experiment, shipped or, from the space, the user's own. Nothing where this version no longer accepts it.
std::optional<Experiment> experiment_of(const SearchSummary& search, const Json& space) {
  const auto found = std::ranges::find(experiments(), search.experiment, &Experiment::name);
  if (found != experiments().end()) return *found;
  try {
    return parse_own_experiment(member(space, "experiment"), search.name, experiments());
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::vector<std::string> choices(const Experiment& experiment, const std::string& column) {
  const auto found = experiment.find(column);
  return found ? experiment.hyperparameters[*found].choices : std::vector<std::string>();
}

/// The unit of a metric, or of a profile's coordinate.
std::string unit(const Experiment& experiment, const std::string& column) {
  if (const Metric* const metric = experiment.find_metric(column)) return metric->unit;
  for (const Profile& profile : experiment.profiles) {
    if (profile.name == column) return profile.unit;
    const auto metric = std::ranges::find(profile.metrics, column, &Metric::name);
    if (metric != profile.metrics.end()) return metric->unit;
  }
  return {};
}

/// The unit of a column that every search has; empty for other columns.
std::string usual_unit(const std::string& column) {
  if (column.ends_with("_seconds")) return "s";
  return column == "flops" ? "FLOP/s" : "";
}

/// Whether {"min", "max", "scale"} is logarithmic. Without a scale, epochs of a halving are rungs, which grow by
/// factors.
std::optional<bool> logarithmic(const std::string& column, const Json& range) {
  if (!range.is_object() || !range.contains("min")) return std::nullopt;
  const Json scale = member(range, "scale");
  if (scale.is_null() && column == "epochs") return std::nullopt;
  return !scale.is_null() && scale != "linear";
}

/// Whether a parameter (a value, a list, {"values"} or {"min", "max"}) has several values; "when" adds the default.
bool has_several_values(const Json& parameter) {
  if (parameter.is_array()) return parameter.size() > 1;
  if (!parameter.is_object()) return false;
  return parameter.contains("when") || has_several_values(member(parameter, "values")) ||
         member(parameter, "min") != member(parameter, "max");
}

}  // namespace

Declared declared(Selection& selection, const std::string& column) {
  Declared found{.unit = usual_unit(column)};
  for (const SearchSummary& search : selection.searches()) {
    const Json space = space_of(selection, search);
    const auto experiment = experiment_of(search, space);
    if (found.unit.empty() && experiment) found.unit = unit(*experiment, column);
    if (!contains(search.hyperparameters, column)) continue;
    found.hyperparameter = true;
    if (found.words.empty() && experiment) found.words = choices(*experiment, column);
    const Json parameter = member(member(space, "parameters"), column.c_str());
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
