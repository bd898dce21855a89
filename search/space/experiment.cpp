#include "search/space/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "search/base/error.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"
#include "search/space/embedded.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

constexpr double exact = 9007199254740992;  // 2^53: integers up to here are doubles

// SQLite takes 2,000 columns: `results --over` has some 50, one of each hyperparameter and three of each metric. A
// function of SQLite takes 127 values: a profile's view names its metrics in one.
constexpr std::size_t most_hyperparameters = 400, most_metrics = 500, most_profile_metrics = 100;

constexpr std::array<std::string_view, 2> goals{"minimize", "maximize"};
constexpr std::array<std::string_view, 4> types{"integer", "real", "choice", "flag"};

/// The tables, views and indexes of the database: the view of a profile with such a name would hide one, or fail to be
/// created.
constexpr std::array<std::string_view, 11> relations{
    "searches", "trials",  "epochs", "proposals",           "columns",           "parts",
    "budgets",  "results", "curves", "trials_not_complete", "trials_by_identity"};

template <class Names>
std::size_t one_of(const Field& field, const Names& names) {
  const auto found = std::find(names.begin(), names.end(), field.text());
  if (found == names.end()) field.refuse(suggestion(field.text(), {names.begin(), names.end()}));
  return found - names.begin();
}

/// A name fit for a column: lower case, digits and underscores, and not among `taken`, to which it is added.
std::string read_new_name(const Field& field, std::set<std::string>& taken) {
  std::string name = field.text();
  const auto fit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), fit) || !(name[0] >= 'a' && name[0] <= 'z'))
    field.refuse("a name has lower-case letters, digits and underscores, a letter first");
  if (name == "true" || name == "false") field.refuse("it is a value in SQL; choose another name");
  if (is_result_column(name))  // it would hide that one
    field.refuse("the results view has a column of that name; choose another");
  if (name == group_size_column || name == group_first_column || name == group_first_training)
    field.refuse("results --over has a column of that name; choose another");
  if (!taken.insert(name).second) field.refuse("the name is taken; choose another");
  return name;
}

std::vector<std::string> read_choices(const Field& field) {
  std::vector<std::string> choices;
  for (const Field& choice : field.elements()) {
    if (contains(choices, choice.text())) choice.refuse("it is given twice");
    choices.push_back(choice.text());
  }
  if (choices.empty()) field.refuse("give at least one word");
  return choices;
}

/// An end of the range of values.
double read_end(const Field& field, Type type) {
  const double end = field.real();
  if (type == Type::integer && (std::abs(end) > exact || end != std::floor(end)))
    field.refuse("give a whole number within -2^53 to 2^53");
  return end;
}

Hyperparameter read_hyperparameter(const Field& field, std::set<std::string>& taken) {
  std::vector<std::string> keys{"name", "type", "default", "meaning"};
  Hyperparameter result;
  result.type = static_cast<Type>(one_of(field["type"], types));
  if (result.type == Type::choice) keys.emplace_back("choices");
  if (result.type == Type::integer || result.type == Type::real) keys.insert(keys.end(), {"min", "max"});
  std::vector<std::string> accepted = keys;
  if (result.type == Type::choice) accepted.emplace_back("of_length");
  if (result.type == Type::integer || result.type == Type::real) accepted.emplace_back("takes_memory");
  field.expect_keys(accepted, keys);
  result.name = read_new_name(field["name"], taken);
  result.meaning = field["meaning"].text();
  if (field.has("choices")) result.choices = read_choices(field["choices"]);
  if (field.has("of_length")) {
    for (const Field& choice : field["of_length"].elements()) one_of(choice, result.choices);
    result.of_length = read_choices(field["of_length"]);
  }
  if (field.has("takes_memory")) result.takes_memory = field["takes_memory"].flag();
  if (field.has("min")) {
    result.min = read_end(field["min"], result.type);
    result.max = read_end(field["max"], result.type);
    if (result.min > result.max) field["min"].refuse("it must not exceed max");
  }
  result.fallback = result.read(field["default"].json(), field["default"].place());
  return result;
}

Metric read_metric(const Field& field, std::set<std::string>& taken) {
  field.expect_keys({"name", "goal", "meaning", "unit"}, {"name", "goal", "meaning"});
  return {read_new_name(field["name"], taken), static_cast<Goal>(one_of(field["goal"], goals)), field["meaning"].text(),
          field.has("unit") ? field["unit"].text() : ""};
}

void check_number(const Field& list, std::size_t most) {
  if (const std::size_t number = list.elements().size(); number > most)
    throw InputError(fmt::format("{} has {}; give at most {}", list.place(), number, most));
}

/// The columns that `results --over` derives from a metric must not have the name of another column.
void check_moments(const Field& metrics, const std::set<std::string>& names) {
  for (const Field& metric : metrics.elements())
    for (const char* suffix : {deviation_suffix, number_suffix})
      if (const std::string moment = metric["name"].text() + suffix; names.contains(moment))
        metric["name"].refuse("results --over makes a column " + moment +
                              " of it, and that name is taken; choose another");
}

/// A number, whole ones as integers, or a word that can stand in a metric's name.
Value read_value(const Field& field) {
  if (field.json().is_number_integer()) {
    if (std::abs(field.json().get<double>()) > exact) field.refuse("give a number within -2^53 to 2^53");
    return field.json().get<std::int64_t>();
  }
  if (field.json().is_number()) return field.json().get<double>();
  if (!field.json().is_string()) field.refuse("give a number or a word");
  std::set<std::string> none;
  return read_new_name(field, none);
}

std::vector<Value> read_coordinate(const Field& field) {
  std::vector<Value> values;
  for (const Field& element : field.elements()) {
    values.push_back(read_value(element));
    const auto is_word = [](const Value& value) { return std::holds_alternative<std::string>(value); };
    if (is_word(values.back()) != is_word(values.front())) element.refuse("give numbers only, or words only");
  }
  if (values.empty()) field.refuse("give at least one value");
  return values;
}

/// `names`: of hyperparameters and metrics; `full_names`: those that trials report, such as test_mse[10].
Profile read_profile(const Field& field, std::set<std::string>& names, std::set<std::string>& full_names,
                     const std::vector<Hyperparameter>& hyperparameters) {
  field.expect_keys({"name", "unit", "at", "metrics"}, {"name", "at", "metrics"});
  Profile result;
  result.name = read_new_name(field["name"], names);
  if (std::find(relations.begin(), relations.end(), result.name) != relations.end() ||
      result.name.starts_with("sqlite_"))
    field["name"].refuse("the database has a table, view or index of that name; choose another");
  if (field.has("unit")) result.unit = field["unit"].text();
  result.at = read_coordinate(field["at"]);
  std::set<std::string> taken{result.name};  // the columns of its view
  for (const Hyperparameter& h : hyperparameters) taken.insert(h.name);
  for (const Field& metric : field["metrics"].elements()) {
    result.metrics.push_back(read_metric(metric, taken));
    for (const Value& at : result.at)
      if (!full_names.insert(profile_metric(result.metrics.back().name, at)).second)
        field["at"].refuse(profile_metric(result.metrics.back().name, at) + " is declared twice");
  }
  if (result.metrics.empty()) field["metrics"].refuse("give at least one");
  check_number(field["metrics"], most_profile_metrics);
  return result;
}

/// The hyperparameters of "include": "training", as declared.
const std::vector<nlohmann::ordered_json>& training_declarations() {
  static const std::vector<nlohmann::ordered_json> all = parse_json(embedded_training(), "training.json");
  return all;
}

const nlohmann::ordered_json* find_training_declaration(std::string_view name) {
  for (const auto& declaration : training_declarations())
    if (declaration["name"] == name) return &declaration;
  return nullptr;
}

/// The elements of "hyperparameters", completed from what is included: keys that they leave out, and hyperparameters
/// that they do not name.
nlohmann::ordered_json include_training(const Field& root) {
  if (root["include"].text() != "training") root["include"].refuse("only training is known");
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::set<std::string> named;
  for (const Field& own : root["hyperparameters"].elements()) {
    all.push_back(own.json());
    if (!own.has("name")) continue;
    const std::string name = own["name"].text();
    const auto* included = find_training_declaration(name);
    if (!included || !named.insert(name).second) continue;
    all.back() = *included;
    all.back().update(own.json());
  }
  for (const auto& included : training_declarations())
    if (!named.contains(included["name"])) all.push_back(included);
  return all;
}

/// Refuses a hyperparameter that the training loop, which reads it by name, could not read.
void check_readable(const Field& field, const Hyperparameter& hyperparameter) {
  const auto* training = find_training_declaration(hyperparameter.name);
  if (!training) return;
  if (to_string(hyperparameter.type) != (*training)["type"].get<std::string>())
    field["type"].refuse("training reads " + hyperparameter.name + " as " + (*training)["type"].get<std::string>());
  if (training->contains("min") && hyperparameter.min < (*training)["min"].get<double>())
    field["min"].refuse("training reads " + hyperparameter.name + " of at least " + (*training)["min"].dump());
}

/// The integer that `json` is, as 128 or 128.0. From 2^53 on a real does not tell which integer was meant.
std::optional<std::int64_t> whole(const nlohmann::json& json) {
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) return std::nullopt;
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number()) return std::nullopt;
  const double number = json.get<double>();
  if (std::abs(number) >= exact || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

/// Names that are among `known`, each once.
std::vector<std::string> read_optional(const Field& field, const std::vector<std::string>& known) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const Field& name : field.elements()) {
    one_of(name, known);
    names.push_back(read_new_name(name, taken));
  }
  return names;
}

Experiment parse_with_network(const nlohmann::ordered_json& json, const std::string& place) {
  const Field root(json, place);
  ScriptedNetwork network = read_network(root);
  Experiment experiment = parse_experiment(declared_by_network(root).dump(), place);
  experiment.network = std::move(network);
  return experiment;
}

}  // namespace

std::string_view to_string(Goal goal) {
  return goals[static_cast<std::size_t>(goal)];
}
std::optional<Goal> find_goal(std::string_view name) {
  const auto found = std::ranges::find(goals, name);
  if (found == std::end(goals)) return std::nullopt;
  return static_cast<Goal>(found - std::begin(goals));
}
bool better(Goal goal, double a, double b) {
  return goal == Goal::minimize ? a < b : a > b;
}
std::string_view to_string(Type type) {
  return types[static_cast<std::size_t>(type)];
}

std::string Hyperparameter::range() const {
  if (type == Type::flag) return "true, false";
  if (type == Type::choice) return join(choices);
  const auto text = [&](double end) {
    return type == Type::integer ? std::to_string(static_cast<std::int64_t>(end)) : to_string(Value(end));
  };
  return text(min) + " to " + text(max);
}

Value Hyperparameter::read(const nlohmann::json& json, const std::string& place) const {
  if (type == Type::flag && json.is_boolean()) return json.get<bool>();
  if (type == Type::choice && json.is_string() && std::count(choices.begin(), choices.end(), json.get<std::string>()))
    return json.get<std::string>();
  if (type == Type::real && json.is_number()) {
    const double number = json.get<double>();
    if (number >= min && number <= max) return std::clamp(rounded(number), min, max) + 0.0;  // no negative zero
  }
  if (const auto number = type == Type::integer ? whole(json) : std::nullopt;
      number && *number >= static_cast<std::int64_t>(min) && *number <= static_cast<std::int64_t>(max))
    return *number;
  const std::string accepts = type == Type::integer  ? "is an integer from " + range()
                              : type == Type::real   ? "is a number from " + range()
                              : type == Type::choice ? "is one of " + range()
                                                     : "is true or false";
  throw InputError(place + " is " + abbreviated(json.dump()) + "; " + name + " " + accepts);
}

std::string profile_metric(std::string_view name, const Value& at) {
  return std::string(name) + '[' + to_string(at) + ']';
}

std::string Profile::values() const {
  std::vector<std::string> texts;
  for (const Value& value : at) texts.push_back(to_string(value));
  return join(texts) + (unit.empty() ? "" : ' ' + unit);
}

std::optional<std::size_t> Experiment::find(std::string_view hyperparameter) const {
  for (std::size_t i = 0; i < hyperparameters.size(); ++i)
    if (hyperparameters[i].name == hyperparameter) return i;
  return std::nullopt;
}

const Metric* Experiment::find_metric(std::string_view metric) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == metric; });
  return found == metrics.end() ? nullptr : &*found;
}

const Profile* Experiment::find_profile_of(std::string_view metric) const {
  const std::string_view alone = metric.substr(0, metric.find('['));
  for (const Profile& profile : profiles)
    if (std::any_of(profile.metrics.begin(), profile.metrics.end(), [&](const Metric& m) { return m.name == alone; }))
      return &profile;
  return nullptr;
}

bool Experiment::may_lack(std::string_view file) const {
  return contains(optional_data, file);
}

std::optional<std::size_t> Experiment::length_dependence() const {
  for (std::size_t i = 0; i < hyperparameters.size(); ++i)
    if (!hyperparameters[i].of_length.empty()) return i;
  return std::nullopt;
}

Experiment parse_experiment(std::string_view text, const std::string& place) {
  auto json = parse_json(text, place);
  if (json.is_object() && json.contains("network")) return parse_with_network(json, place);
  const Field root(json, place);
  std::vector<std::string> keys{"name",    "summary",  "data",    "optional_data",  "milestone",
                                "metrics", "profiles", "include", "hyperparameters"};
  keys.insert(keys.end(), command_keys().begin(), command_keys().end());
  if (json.is_object() && !json.contains("run")) keys.emplace_back("first");
  root.expect_keys(keys, {"name", "summary", "data", "metrics", "hyperparameters"});
  if (root.has("include")) json["hyperparameters"] = include_training(root);
  Experiment result;
  std::set<std::string> experiment_names, data_names, full_names;
  std::set<std::string> names;  // hyperparameters and metrics share the view's columns
  result.name = read_new_name(root["name"], experiment_names);
  result.summary = root["summary"].text();
  if (root.has("first")) {
    const Field first = root["first"];
    first.expect_keys({"space", "generate"}, {"space", "generate"});
    result.first = FirstSearch{first["space"].text(), first["generate"].text()};
  }
  for (const Field& file : root["data"].elements()) result.data.push_back(read_new_name(file, data_names));
  if (root.has("optional_data")) result.optional_data = read_optional(root["optional_data"], result.data);
  for (const Field& metric : root["metrics"].elements()) result.metrics.push_back(read_metric(metric, names));
  if (result.metrics.empty()) root["metrics"].refuse("give at least one: the first is a search's default");
  if (result.metrics[0].name.starts_with("test_")) root["metrics"][0].refuse("the first must not be of the test data");
  for (const Field& h : root["hyperparameters"].elements()) {
    const bool one_has = result.length_dependence().has_value();
    result.hyperparameters.push_back(read_hyperparameter(h, names));
    check_readable(h, result.hyperparameters.back());
    if (one_has && !result.hyperparameters.back().of_length.empty())
      h["of_length"].refuse("another hyperparameter has it, and one at most may");
  }
  check_number(root["metrics"], most_metrics);
  check_number(root["hyperparameters"], most_hyperparameters);
  check_moments(root["metrics"], names);
  if (root.has("profiles"))
    for (const Field& profile : root["profiles"].elements())
      result.profiles.push_back(read_profile(profile, names, full_names, result.hyperparameters));
  if (root.has("milestone")) {
    result.milestone = result.find(root["milestone"].text());
    if (!result.milestone || result.hyperparameters[*result.milestone].type != Type::integer ||
        result.hyperparameters[*result.milestone].min < 1)
      root["milestone"].refuse("name an integer hyperparameter of at least 1");
  }
  if (root.has("run")) {
    std::vector<std::string> hyperparameters;
    for (const Hyperparameter& h : result.hyperparameters) hyperparameters.push_back(h.name);
    result.command = read_command(root, hyperparameters);
  }
  return result;
}

const std::vector<Experiment>& experiments() {
  static const std::vector<Experiment> all = [] {
    std::vector<Experiment> result;
    for (const auto& [name, text] : embedded_experiments()) result.push_back(parse_experiment(text, "experiment.json"));
    return result;
  }();
  return all;
}

const Experiment& find_experiment(std::string_view name, std::string_view place, const std::vector<Experiment>& known) {
  std::vector<std::string> names;
  for (const Experiment& experiment : known) {
    if (experiment.name == name) return experiment;
    names.push_back(experiment.name);
  }
  throw InputError(std::string(place) + " is " + abbreviated(std::string(name)) + "; " + suggestion(name, names));
}

}  // namespace stormsweep
