#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"
#include "search/methods/methods.hpp"

namespace stormsweep {

namespace {

/// "width, learning_rate": an axis's own name and those zipped with it.
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

std::string trainings_text(const Plan& plan) {
  std::string text = count_text(plan.trainings);
  if (!plan.epochs || plan.epochs->together == plan.epochs->apart) return text;
  return text + fmt::format(", sharing epochs: {} epochs rather than {}, {:.2f} times less",
                            grouped(static_cast<std::uint64_t>(plan.epochs->together)),
                            grouped(static_cast<std::uint64_t>(plan.epochs->apart)),
                            plan.epochs->apart / plan.epochs->together);
}

std::string rungs_text(const RungCost& epochs) {
  const auto text = [](double count) { return grouped(static_cast<std::uint64_t>(count)); };
  const std::string trained =
      epochs.least < epochs.most ? text(epochs.least) + " to " + text(epochs.most) : text(epochs.most);
  return fmt::format("{} of the {} that all configurations would take to the last rung", trained, text(epochs.all));
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

/// What leaves out points of the grid, "exclude" apart.
std::string excluded_by(const Space& space) {
  const bool conditions =
      std::any_of(space.axes.begin(), space.axes.end(), [](const Axis& axis) { return !axis.when.empty(); });
  return conditions ? ", those that conditions rule out included" : "";
}

std::string target_text(const Space& space) {
  return fmt::format("{} {} or {}, and no {} after the first that reaches it", space.metric, *space.limits.target,
                     space.goal == Goal::maximize ? "more" : "less", has_rungs(space.method) ? "bracket" : "training");
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

}  // namespace

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
  const bool grid = space.method.name == "grid";
  if (grid || plan.trainings) facts.push_back({"trainings", trainings_text(plan)});
  if (plan.trials && !(grid && plan.trials == plan.configurations))
    facts.push_back({"trials", grouped(*plan.trials) + (plan.trials_vary ? " at most" : "")});
  if (space.limits.target) facts.push_back({"target", target_text(space)});
  if (plan.rung_epochs) facts.push_back({"epochs", rungs_text(*plan.rung_epochs)});
  for (const NumberedConfiguration& shown : plan.shown)
    facts.push_back({"number " + grouped(shown.number), configuration_text(space, shown)});
  for (const std::string& problem : plan.problems) facts.push_back({"problem", problem});
  return text + '\n' + to_text({.rows = std::move(facts)});
}

}  // namespace stormsweep
