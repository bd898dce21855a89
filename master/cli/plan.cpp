#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <cassert>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/options.hpp"
#include "search/base/strict_json.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr std::size_t most_listed = 100;  // values of an axis in JSON

const std::string& name(const Space& space, const Axis& axis) {
  return space.experiment->hyperparameters[axis.hyperparameter].name;
}

/// "1, 2, 3, 4, ..., 10": all of up to eight values, else the first four and the last.
std::string brief(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(to_string(value));
  if (texts.size() > 8) {
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
      problems.push_back(fmt::format("data.{} is {}, which is not there yet; stormsweep prepare or generate makes it",
                                     split, path.string()));
  }
  for (const std::string& doubt : doubts(space)) problems.push_back(doubt);
  return problems;
}

std::string trainings_text(const Plan& plan) {
  std::string text = count_text(plan.trainings);
  if (!plan.epochs) return text;
  return text + fmt::format(", sharing epochs: {} epochs rather than {}, {:.2f} times less",
                            grouped(static_cast<std::uint64_t>(plan.epochs->together)),
                            grouped(static_cast<std::uint64_t>(plan.epochs->apart)),
                            plan.epochs->apart / plan.epochs->together);
}

std::string configuration_text(const Space& space, std::uint64_t number) {
  const Digits digits = space.grid.digits(number);
  std::string values;
  for (std::size_t i = 0; i < space.axes.size(); ++i)
    values += fmt::format("{}{} {}", i == 0 ? "" : ", ", name(space, space.axes[i]),
                          to_string(space.axes[i].values[digits[i]]));
  if (values.empty()) values = "every hyperparameter at its default";
  return values + (space.grid.excluded(digits) ? " (excluded)" : "");
}

nlohmann::ordered_json axis_json(const Space& space, const Axis& axis) {
  nlohmann::ordered_json json{{"name", name(space, axis)},
                              {"count", axis.values.size()},
                              {"first", to_json(axis.values.front())},
                              {"last", to_json(axis.values.back())}};
  if (axis.values.size() <= most_listed)
    for (const Value& value : axis.values) json["values"].emplace_back(to_json(value));
  return json;
}

/// The first and the last configuration: every space has one.
std::vector<std::uint64_t> ends_of(const Grid& grid) {
  const auto first = grid.next(0), last = grid.previous(grid.size() - 1);
  assert(first && last);
  return {*first, *last};
}

}  // namespace

Plan make_plan(const Space& space, std::optional<std::uint64_t> at) {
  const Trainings trainings(space);
  if (at && *at >= space.grid.size())
    throw InputError(fmt::format("--at is {}; configurations have the numbers 0 to {}", *at, space.grid.size() - 1));
  Plan plan{space, space.grid.count(), trainings.count(), trainings.cost(), {}, find_problems(space)};
  if (at)
    plan.shown = {*at};
  else
    plan.shown = ends_of(space.grid);
  return plan;
}

std::string plan_text(const Plan& plan) {
  const Space& space = plan.space;
  std::string text = fmt::format("{}: {} {} of {} by grid search, seed {}\n", space.name, to_string(space.goal),
                                 space.metric, space.experiment->name, space.seed);
  if (!space.description.empty()) text += space.description + '\n';

  std::vector<std::vector<std::string>> axes{{"axis", "values", ""}};
  for (const Axis& axis : space.axes)
    axes.push_back({name(space, axis), grouped(axis.values.size()), brief(axis.values)});
  if (axes.size() > 1) text += '\n' + to_text({.rows = std::move(axes)});

  std::vector<std::vector<std::string>> facts{{"configurations", count_text(plan.configurations)}};
  if (plan.configurations && *plan.configurations < space.grid.size())
    facts.push_back({"excluded", grouped(space.grid.size() - *plan.configurations)});
  facts.push_back({"trainings", trainings_text(plan)});
  for (const std::uint64_t number : plan.shown)
    facts.push_back({"number " + grouped(number), configuration_text(space, number)});
  for (const std::string& problem : plan.problems) facts.push_back({"problem", problem});
  return text + '\n' + to_text({.rows = std::move(facts)});
}

std::string plan_json(const Plan& plan) {
  const Space& space = plan.space;
  nlohmann::ordered_json json{{"name", space.name},
                              {"experiment", space.experiment->name},
                              {"metric", {{"name", space.metric}, {"goal", to_string(space.goal)}}},
                              {"seed", space.seed},
                              {"axes", nlohmann::ordered_json::array()},
                              {"grid", space.grid.size()},
                              {"configurations", json_or_null(plan.configurations)},
                              {"trainings", json_or_null(plan.trainings)}};
  for (const Axis& axis : space.axes) json["axes"].push_back(axis_json(space, axis));
  if (plan.epochs) json["epochs"] = {{"together", plan.epochs->together}, {"apart", plan.epochs->apart}};
  for (const std::uint64_t number : plan.shown)
    json["shown"].push_back({{"number", number},
                             {"excluded", space.grid.excluded(space.grid.digits(number))},
                             {"configuration", to_json(space.configuration(number), *space.experiment)}});
  json["problems"] = plan.problems;
  return json.dump(2) + '\n';
}

int plan_command(const Arguments& arguments) {
  std::string file;
  std::optional<std::uint64_t> at;
  const auto set_at = [&at](std::int64_t number) { at = number; };  // -1 becomes a number that no grid has
  const auto options = parse_options(
      arguments,
      {.command = "stormsweep plan",
       .usage = "SPACE [options]",
       .summary =
           "Tells what a search space amounts to, without running anything: its axes, how many configurations and\n"
           "trainings it makes, the first and last configuration, and what is not ready yet.",
       .example = "stormsweep plan experiments/tornado/quick.json --at 7",
       .operands = {{"space", po::value(&file)->required(), "JSON file of a search space"}},
       .options = {
           {"at", po::value<std::int64_t>()->notifier(set_at)->value_name("I"),
            "show configuration number I (from 0) instead of the first and the last"},
           {"format", po::value<std::string>()->default_value("text")->value_name("text|json"), "how to print"}}});
  if (!options) return exit_done;
  const std::string format = one_of({"text", "json"}, "format", *options);
  const Space space = read_space(file);
  const Plan plan = make_plan(space, at);
  fmt::print("{}", format == "json" ? plan_json(plan) : plan_text(plan));
  return exit_done;
}

}  // namespace stormsweep
