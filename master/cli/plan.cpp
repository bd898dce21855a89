#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <cassert>
#include <filesystem>

#include "search/base/error.hpp"
#include "search/methods/methods.hpp"
#include "search/space/extent.hpp"

namespace stormsweep {

namespace {

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

}  // namespace stormsweep
