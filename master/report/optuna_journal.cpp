#include "master/report/optuna_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "master/store/sql_text.hpp"
#include "search/space/experiment.hpp"
#include "search/space/outcome.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

// optuna/storages/journal/_storage.py, JournalOperation; optuna/study/_study_direction.py; optuna/trial/_state.py.
constexpr int create_study = 0, create_trial = 4;
constexpr int to_minimize = 1, to_maximize = 2;
constexpr int running = 0, complete = 1, failed = 3, waiting = 4;
constexpr const char* writer = "stormsweep";

/// Numbers that differ by this factor get a logarithmic scale.
constexpr double far_apart = 30;

Json to_json(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return *integer;
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return nullptr;
}

/// What was varied, and how Optuna describes it.
struct Parameter {
  std::string name;
  Json choices;      ///< for words and flags; null for a number
  Json description;  ///< a distribution

  /// A choice is stored as its index.
  Json stored(const Json& value) const {
    if (choices.is_null()) return value;
    const Json wanted = choices[0].is_boolean() ? Json(value != 0) : value;
    return std::find(choices.begin(), choices.end(), wanted) - choices.begin();
  }
};

Parameter categorical(const std::string& name, const Json& choices) {
  return {name, choices, {{"name", "CategoricalDistribution"}, {"attributes", {{"choices", choices}}}}};
}

Parameter numeric(const std::string& name, const Json& low, const Json& high) {
  const bool integers = low.is_number_integer() && high.is_number_integer();
  const bool log = low.get<double>() > 0 && high.get<double>() >= far_apart * low.get<double>();
  return {name,
          nullptr,
          {{"name", integers ? "IntDistribution" : "FloatDistribution"},
           {"attributes", {{"log", log}, {"step", integers ? Json(1) : Json(nullptr)}, {"low", low}, {"high", high}}}}};
}

/// Looks in the experiment of the search's space, which may be the user's own.
bool is_flag(const Experiment& experiment, const std::string& name) {
  const auto found = experiment.find(name);
  return found && experiment.hyperparameters[*found].type == Type::flag;
}

Parameter parameter_of(Selection& selection, const Experiment& experiment, const std::string& name) {
  if (is_flag(experiment, name)) return categorical(name, {false, true});
  Json values = Json::array();
  selection.query(fmt::format("SELECT DISTINCT {0} FROM selected WHERE {0} IS NOT NULL ORDER BY 1", sql_name(name)),
                  [&](const std::vector<Cell>& row) { values.push_back(to_json(row[0])); });
  return values.back().is_string() ? categorical(name, values) : numeric(name, values.front(), values.back());
}

int state_of(const Json& status, bool has_value) {
  const auto known = find_status(status.get<std::string>());
  if (known == Status::complete) return has_value ? complete : failed;
  if (known == Status::running) return running;
  return known == Status::waiting ? waiting : failed;
}

/// "2026-01-02T03:04:05Z" as Python's older versions read it: without the Z.
Json time_of(const Json& text) {
  return text.is_null() ? text : Json(text.get<std::string>().substr(0, text.get<std::string>().size() - 1));
}

/// For each trial, the search's metric by epoch.
std::map<std::int64_t, Json> read_curves(Selection& selection, const SearchSummary& search) {
  std::map<std::int64_t, Json> curves;
  selection.query(
      fmt::format("SELECT trial, epoch, {0} FROM curves WHERE trial IN (SELECT trial FROM selected) AND {0} "
                  "IS NOT NULL",
                  sql_name(search.metric)),
      [&](const std::vector<Cell>& row) {
        curves[std::get<std::int64_t>(row[0])][to_json(row[1]).dump()] = to_json(row[2]);
      });
  return curves;
}

/// Makes a line of each row.
class Lines {
 public:
  Lines(Selection& selection, const SearchSummary& search)
      : choice_(search.choice()), curves_(read_curves(selection, search)) {
    const Cell text = selection.first("SELECT space FROM searches WHERE name = " + sql_literal(search.name));
    const Space space = parse_space(std::get<std::string>(text), "search " + search.name, "/");
    for (const std::string& name : selection.varying())
      parameters_.push_back(parameter_of(selection, *space.experiment, name));
    for (const Parameter& parameter : parameters_) distributions_[parameter.name] = parameter.description.dump();
  }

  Json line(const Json& row) const {
    const Json& value = row[choice_];
    const int state = state_of(row["status"], value.is_number());
    Json line{{"op_code", create_trial}, {"worker_id", writer},
              {"study_id", 0},           {"datetime_start", time_of(row["started"])},
              {"state", state},          {"value", state == complete ? value : Json(nullptr)},
              {"values", nullptr}};
    if (const Json end = time_of(row["finished"]); !end.is_null()) line["datetime_complete"] = end;
    line["distributions"] = line["params"] = Json::object();
    for (const Parameter& parameter : parameters_) {
      if (row[parameter.name].is_null()) continue;  // a trial from before the experiment had it
      line["distributions"][parameter.name] = distributions_[parameter.name];
      line["params"][parameter.name] = parameter.stored(row[parameter.name]);
    }
    line["user_attrs"] = attributes(row);
    line["system_attrs"] = Json::object();
    const auto curve = curves_.find(row["trial"].get<std::int64_t>());
    line["intermediate_values"] = curve == curves_.end() ? Json::object() : curve->second;
    return line;
  }

 private:
  /// What a trial has besides parameters and times.
  Json attributes(const Json& row) const {
    Json kept = Json::object();
    for (const auto& [name, value] : row.items())
      if (!value.is_null() && !distributions_.contains(name) && name != "search" && name != "started" &&
          name != "finished")
        kept[name] = value;
    return kept;
  }

  std::string choice_;
  std::map<std::int64_t, Json> curves_;
  std::vector<Parameter> parameters_;
  Json distributions_ = Json::object();
};

}  // namespace

void optuna_journal(Selection& selection, const SearchSummary& search, std::ostream& out) {
  const Json study{{"op_code", create_study},
                   {"worker_id", writer},
                   {"study_name", search.name},
                   {"directions", {search.goal == to_string(Goal::minimize) ? to_minimize : to_maximize}}};
  const Lines lines(selection, search);
  out << study.dump() << '\n';
  const Names& names = selection.columns();
  selection.query("SELECT * FROM selected ORDER BY trial", [&](const std::vector<Cell>& cells) {
    Json row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = to_json(cells[i]);
    out << lines.line(row).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  });
}

}  // namespace stormsweep
