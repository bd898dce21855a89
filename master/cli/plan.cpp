#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"
#include "search/methods/methods.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t most_listed = 100;  // values of an axis in JSON

const std::string& name(const Space& space, const Axis& axis) {
  return space.experiment->hyperparameters[axis.hyperparameter].name;
}

/// "width, learning_rate": those that are zipped.
std::string names(const Space& space, const Axis& axis) {
  std::vector<std::string> names;
  for (const std::size_t number : axis.hyperparameters())
    names.push_back(space.experiment->hyperparameters[number].name);
  return join(names);
}

/// "64", or "64 with 0.001" where others are zipped with it.
std::string value_text(const Axis& axis, std::size_t digit) {
  std::string text = to_string(axis.values[digit]);
  for (const Zipped& other : axis.zipped) text += " with " + to_string(other.values[digit]);
  return text;
}

/// "1, 2, 3, 4, ..., 10": all of up to eight values, else the first four and the last.
std::string brief(const Axis& axis) {
  std::vector<std::string> texts;
  for (std::uint32_t digit = 0; digit < axis.listed(); ++digit)
    if (digit < 8 || digit + 1 == axis.listed()) texts.push_back(value_text(axis, digit));
  if (axis.listed() > 8) {
    texts.erase(texts.begin() + 4, texts.end() - 1);
    texts.insert(texts.begin() + 4, "...");
  }
  return join(texts);
}

std::string count_text(const std::optional<std::uint64_t>& count) {
  return count ? grouped(*count) : "not counted: too many exclusions that cross";
}

std::vector<std::string> find_problems(const Space& space) {
  std::vector<std::string> problems;
  for (const auto& [split, path] : space.data) {
    std::error_code unreadable;
    if (!std::filesystem::exists(path, unreadable))
      problems.push_back(fmt::format(
          "data.{} is {}, which is not there yet{}", split, path.string(),
          space.experiment->command || space.experiment->network ? "" : "; stormsweep prepare or generate makes it"));
  }
  for (const std::string& doubt : doubts(space)) problems.push_back(doubt);
  return problems;
}

std::string trainings_text(const Plan& plan) {
  std::string text = count_text(plan.trainings);
  if (!plan.epochs || plan.epochs->together == plan.epochs->apart) return text;
  return text + fmt::format(", sharing epochs: {} epochs rather than {}, {:.2f} times less",
                            grouped(static_cast<std::uint64_t>(plan.epochs->together)),
                            grouped(static_cast<std::uint64_t>(plan.epochs->apart)),
                            plan.epochs->apart / plan.epochs->together);
}

std::string configuration_text(const Space& space, const NumberedConfiguration& shown) {
  std::string values;
  for (const Axis& axis : space.axes)
    for (const std::size_t number : axis.hyperparameters())
      if (!has_rungs(space.method) || number != space.experiment->milestone)
        values += fmt::format("{}{} {}", values.empty() ? "" : ", ", space.experiment->hyperparameters[number].name,
                              to_string(shown.configuration.values[number]));
  if (values.empty()) values = "every hyperparameter at its default";
  return values + (shown.excluded ? " (excluded)" : "");
}

/// "grid search", "sobol search, 100 trainings", "hyperband, one of 3 goes on".
std::string method_text(const Space& space) {
  const MethodSettings& method = space.method;
  if (has_rungs(method))
    return fmt::format("{} of {} configurations, one of {} goes on", method.name, method.from, method.eta);
  const std::string width = method.width ? fmt::format(", {} at once", *method.width) : "";
  return method.name + " search" + width +
         (method.trials ? fmt::format(", {} trainings", grouped(*method.trials)) : "");
}

std::string values_text(const Axis& axis) {
  if (!axis.interval) return brief(axis);
  return fmt::format("{} to {}{}", to_string(axis.interval->at(0)), to_string(axis.interval->at(1)),
                     axis.interval->logarithmic ? ", logarithmic" : "");
}

/// "0, 0.9, when optimizer is sgd or adam and width is 64".
std::string axis_text(const Space& space, const Axis& axis) {
  std::string text = values_text(axis);
  for (const Condition& condition : axis.when) {
    text += &condition == &axis.when[0] ? ", when " : " and ";
    text += space.experiment->hyperparameters[condition.hyperparameter].name + " is ";
    for (const Value& value : condition.values)
      text += (&value == &condition.values[0] ? "" : " or ") + to_string(value);
  }
  return text;
}

/// What else than "exclude" leaves out points of the grid.
std::string excluded_by(const Space& space) {
  const bool conditions =
      std::any_of(space.axes.begin(), space.axes.end(), [](const Axis& axis) { return !axis.when.empty(); });
  return conditions ? ", those that conditions rule out included" : "";
}

/// A row for each run of brackets that are alike: how many configurations reach each rung.
std::vector<std::vector<std::string>> bracket_table(const Plan& plan) {
  const std::vector<std::int64_t> all = rungs(plan.space);
  std::vector<std::vector<std::string>> rows{{"bracket"}};
  for (const std::int64_t rung : all) rows[0].push_back(fmt::format("{} epochs", rung));
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < plan.brackets.size(); ++i) {
    const BracketShape& bracket = plan.brackets[i];
    const bool like_before =
        i > 0 && plan.brackets[i - 1].first == bracket.first && plan.brackets[i - 1].members == bracket.members;
    if (like_before) {
      rows.back()[0] = fmt::format("{} to {}", first, bracket.number);
      continue;
    }
    first = bracket.number;
    auto& row = rows.emplace_back(std::vector{std::to_string(first)});
    row.resize(1 + bracket.first);
    for (const std::uint64_t members : bracket.members) row.push_back(grouped(members));
  }
  return rows;
}

nlohmann::ordered_json interval_json(const Interval& interval) {
  return {{"min", to_json(interval.at(0))},
          {"max", to_json(interval.at(1))},
          {"scale", interval.logarithmic ? "log" : "linear"}};
}

/// Of one hyperparameter, the `count` values that the space lists.
nlohmann::ordered_json values_json(const std::vector<Value>& values, std::uint32_t count) {
  nlohmann::ordered_json json{
      {"count", count}, {"first", to_json(values.front())}, {"last", to_json(values[count - 1])}};
  if (count <= most_listed)
    for (std::uint32_t digit = 0; digit < count; ++digit) json["values"].emplace_back(to_json(values[digit]));
  return json;
}

nlohmann::ordered_json axis_json(const Space& space, const Axis& axis) {
  nlohmann::ordered_json json{{"name", name(space, axis)}};
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

/// The first and the last configuration of a grid: every space has one.
std::vector<NumberedConfiguration> ends_of(const Space& space) {
  const auto first = space.grid.next(0), last = space.grid.previous(space.grid.size() - 1);
  assert(first && last);
  return {{*first, space.configuration(*first), false}, {*last, space.configuration(*last), false}};
}

NumberedConfiguration of_grid(const Space& space, std::uint64_t number) {
  if (number >= space.grid.size())
    throw InputError(fmt::format("--at is {}; configurations have the numbers 0 to {}", number, space.grid.size() - 1));
  return {number, space.configuration(number), space.grid.excluded(space.grid.digits(number))};
}

/// Of a method's sequence: number `at`, or the first two.
std::vector<NumberedConfiguration> of_sequence(const Space& space, std::optional<std::uint64_t> at) {
  const auto sequence = has_rungs(space.method)         ? configurations(space)
                        : makes_proposals(space.method) ? sobol_sequence(space)  // its start
                                                        : make_sequence(space);
  if (at) {
    const auto training = sequence->at({*at});
    if (!training)
      throw InputError(
          fmt::format("--at is {}; the sequence of {} has no training of that number", *at, space.method.name));
    return {{*at, training->configuration, false}};
  }
  std::vector<NumberedConfiguration> shown;
  for (auto training = sequence->next({0}); training && shown.size() < 2;
       training = sequence->next({training->id.value + 1}))
    shown.push_back({training->id.value, training->configuration, false});
  return shown;
}

/// A rung goes on from the one below, unless the training depends on its length.
RungCost rung_cost(const Space& space, const std::vector<BracketShape>& brackets) {
  const std::vector<std::int64_t> all = rungs(space);
  const bool anew = !any_length_alike(space.configuration(0), *space.experiment);
  RungCost cost{0, 0};
  for (const BracketShape& bracket : brackets) {
    cost.all += static_cast<double>(bracket.members[0]) * static_cast<double>(all.back());
    for (std::size_t k = 0; k < bracket.members.size(); ++k) {
      const std::int64_t below = k == 0 || anew ? 0 : all[bracket.first + k - 1];
      cost.trained += static_cast<double>(bracket.members[k]) * static_cast<double>(all[bracket.first + k] - below);
    }
  }
  return cost;
}

}  // namespace

Plan make_plan(const Space& space, std::optional<std::uint64_t> at) {
  Plan plan{space, {}, {}, {}, {}, {}, {}, {}, find_problems(space)};
  if (space.continuous_axes() == 0) plan.configurations = space.grid.count();
  if (sized_by_budget(space)) {
    plan.shown = of_sequence(space, at);
    return plan;
  }
  plan.trials = make_method(space)->trials();
  if (space.method.name == "grid") {
    const Trainings trainings(space);
    plan.trainings = trainings.count();
    plan.epochs = trainings.cost();
    plan.shown = at ? std::vector{of_grid(space, *at)} : ends_of(space);
    return plan;
  }
  plan.shown = of_sequence(space, at);
  if (!has_rungs(space.method)) {
    plan.trainings = space.method.trials;
    if (!plan.trainings && space.continuous_axes() == 0) plan.trainings = Trainings(space).count();
    return plan;
  }
  plan.brackets = bracket_shapes(space);
  plan.rung_epochs = rung_cost(space, plan.brackets);
  if (!any_length_alike(space.configuration(0), *space.experiment))
    plan.problems.push_back(
        fmt::format("{} depends on a training's length: each rung is trained anew",
                    space.experiment->hyperparameters[*space.experiment->length_dependence()].name));
  return plan;
}

std::string plan_text(const Plan& plan) {
  const Space& space = plan.space;
  std::string text = fmt::format("{}: {} {} of {} by {}, seed {}\n", space.name, to_string(space.goal), space.metric,
                                 space.experiment->name, method_text(space), space.seed);
  if (!space.description.empty()) text += space.description + '\n';

  std::vector<std::vector<std::string>> axes{{"axis", "values", ""}};
  for (const Axis& axis : space.axes)
    axes.push_back({names(space, axis), axis.interval ? "range" : grouped(axis.listed()), axis_text(space, axis)});
  if (axes.size() > 1) text += '\n' + to_text({.rows = std::move(axes)});
  if (!plan.brackets.empty()) text += '\n' + to_text({.rows = bracket_table(plan)});

  std::vector<std::vector<std::string>> facts;
  if (space.continuous_axes() == 0) facts.push_back({"configurations", count_text(plan.configurations)});
  if (plan.configurations && *plan.configurations < space.grid.size())
    facts.push_back({"excluded", grouped(space.grid.size() - *plan.configurations) + excluded_by(space)});
  if (space.method.name == "grid")
    facts.push_back({"trainings", trainings_text(plan)});
  else if (plan.trials)
    facts.push_back({"trials", grouped(*plan.trials)});
  if (plan.rung_epochs)
    facts.push_back({"epochs", fmt::format("{} of the {} that all configurations would take to the last rung",
                                           grouped(static_cast<std::uint64_t>(plan.rung_epochs->trained)),
                                           grouped(static_cast<std::uint64_t>(plan.rung_epochs->all)))});
  for (const NumberedConfiguration& shown : plan.shown)
    facts.push_back({"number " + grouped(shown.number), configuration_text(space, shown)});
  for (const std::string& problem : plan.problems) facts.push_back({"problem", problem});
  return text + '\n' + to_text({.rows = std::move(facts)});
}

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
  if (plan.epochs) json["epochs"] = {{"together", plan.epochs->together}, {"apart", plan.epochs->apart}};
  for (const BracketShape& bracket : plan.brackets)
    json["brackets"].push_back(
        {{"number", bracket.number}, {"first_rung", bracket.first}, {"members", bracket.members}});
  if (plan.rung_epochs) json["epochs"] = {{"trained", plan.rung_epochs->trained}, {"all", plan.rung_epochs->all}};
  for (const auto& [number, configuration, excluded] : plan.shown)
    json["shown"].push_back(
        {{"number", number}, {"excluded", excluded}, {"configuration", to_json(configuration, *space.experiment)}});
  json["problems"] = plan.problems;
  return json.dump(2) + '\n';
}

}  // namespace stormsweep
