#include "master/cli/plan.hpp"

#include <nlohmann/json.hpp>

#include "search/base/json_or_null.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_listed = 100;  // values of an axis in JSON

nlohmann::ordered_json interval_json(const Interval& interval) {
  return {{"min", to_json(interval.at(0))},
          {"max", to_json(interval.at(1))},
          {"scale", interval.logarithmic ? "log" : "linear"}};
}

/// The first `count` values of a hyperparameter, those that the space lists.
nlohmann::ordered_json values_json(const std::vector<Value>& values, std::uint32_t count) {
  nlohmann::ordered_json json{
      {"count", count}, {"first", to_json(values.front())}, {"last", to_json(values[count - 1])}};
  if (count <= most_listed)
    for (std::uint32_t digit = 0; digit < count; ++digit) json["values"].emplace_back(to_json(values[digit]));
  return json;
}

nlohmann::ordered_json axis_json(const Space& space, const Axis& axis) {
  nlohmann::ordered_json json{{"name", space.experiment->hyperparameters[axis.hyperparameter].name}};
  json.update(axis.interval ? interval_json(*axis.interval) : values_json(axis.values, axis.listed()));
  for (const Zipped& other : axis.zipped) {
    auto& zipped = json["zipped"].emplace_back();
    zipped["name"] = space.experiment->hyperparameters[other.hyperparameter].name;
    zipped.update(values_json(other.values, axis.listed()));
  }
  for (const Condition& condition : axis.when)
    for (const Value& value : condition.values)
      json["when"][space.experiment->hyperparameters[condition.hyperparameter].name].emplace_back(to_json(value));
  return json;
}

}  // namespace

std::string plan_json(const Plan& plan) {
  const Space& space = plan.space;
  nlohmann::ordered_json json{{"name", space.name},
                              {"experiment", space.experiment->name},
                              {"metric", {{"name", space.metric}, {"goal", to_string(space.goal)}}},
                              {"seed", space.seed},
                              {"method", space.method.name},
                              {"axes", nlohmann::ordered_json::array()},
                              {"grid", space.grid.size()},
                              {"configurations", json_or_null(plan.configurations)},
                              {"trainings", json_or_null(plan.trainings)},
                              {"trials", json_or_null(plan.trials)}};
  for (const Axis& axis : space.axes) json["axes"].push_back(axis_json(space, axis));
  if (space.limits.target) json["target"] = *space.limits.target;
  if (plan.epochs) json["epochs"] = {{"together", plan.epochs->together}, {"apart", plan.epochs->apart}};
  for (const BracketShape& bracket : plan.brackets)
    json["brackets"].push_back(
        {{"number", bracket.number}, {"first_rung", bracket.first}, {"members", bracket.members}});
  if (const auto& epochs = plan.rung_epochs)
    json["epochs"] = {{"trained", epochs->most}, {"trained_at_least", epochs->least}, {"all", epochs->all}};
  for (const auto& [number, configuration, excluded] : plan.shown)
    json["shown"].push_back(
        {{"number", number}, {"excluded", excluded}, {"configuration", to_json(configuration, *space.experiment)}});
  json["problems"] = plan.problems;
  return json.dump(2) + '\n';
}

}  // namespace stormsweep
