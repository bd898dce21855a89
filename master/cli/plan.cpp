#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <limits>

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

std::unique_ptr<Sequence> sequence_of(const Space& space) {
  if (has_rungs(space.method)) return configurations(space);
  return makes_proposals(space.method) ? sobol_sequence(space) : make_sequence(space);  // proposals begin with it
}

/// Configurations of a method's sequence: number `at`, or the first two.
std::vector<NumberedConfiguration> of_sequence(const Space& space, std::optional<std::uint64_t> at) {
  const auto sequence = sequence_of(space);
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

/// Which configurations train each rung from the start, because training depends on its length; others continue from
/// the rung below.
enum class Anew { none, some, all };

Anew trained_anew(const Space& space) {
  const auto dependence = space.experiment->length_dependence();
  if (!dependence) return Anew::none;
  const Hyperparameter& hyperparameter = space.experiment->hyperparameters[*dependence];
  const std::vector<Value> taken = values(space, hyperparameter.name);
  const auto anew = std::ranges::count_if(taken, [&](const Value& value) {
    return std::ranges::count(hyperparameter.of_length, std::get<std::string>(value)) > 0;
  });
  return anew == 0 ? Anew::none : anew < std::ssize(taken) ? Anew::some : Anew::all;
}

RungCost rung_cost(const Space& space, const std::vector<BracketShape>& brackets) {
  const std::vector<std::int64_t> all = rungs(space);
  double going_on = 0, anew = 0, to_the_last = 0;
  for (const BracketShape& bracket : brackets) {
    to_the_last += static_cast<double>(bracket.members[0]) * static_cast<double>(all.back());
    for (std::size_t k = 0; k < bracket.members.size(); ++k) {
      const std::int64_t rung = all[bracket.first + k], below = k == 0 ? 0 : all[bracket.first + k - 1];
      going_on += static_cast<double>(bracket.members[k]) * static_cast<double>(rung - below);
      anew += static_cast<double>(bracket.members[k]) * static_cast<double>(rung);
    }
  }
  const Anew who = trained_anew(space);
  return {who == Anew::all ? anew : going_on, who == Anew::none ? going_on : anew, to_the_last};
}

void plan_rungs(const Space& space, Plan& plan) {
  plan.trials = make_method(space)->trials();
  plan.brackets = bracket_shapes(space);
  plan.rung_epochs = rung_cost(space, plan.brackets);
  if (const Anew who = trained_anew(space); who != Anew::none)
    plan.problems.push_back(fmt::format("{} depends on a training's length: each rung {}is trained anew",
                                        space.experiment->hyperparameters[*space.experiment->length_dependence()].name,
                                        who == Anew::some ? "of some configurations " : ""));
}

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// Counts the trainings and trials of the sequence, up to `limit` trials.
void list_trainings(const Space& space, std::uint64_t limit, Plan& plan) {
  const auto sequence = sequence_of(space);
  std::uint64_t trainings = 0, trials = 0;
  for (auto training = sequence->next({0}); training && trials < limit;
       training = sequence->next({training->id.value + 1})) {
    ++trainings;
    trials += training->trials();
  }
  trials = std::min(trials, limit);  // of the last training only the shortest trials
  plan.trainings = trainings;
  plan.trials_vary = makes_proposals(space.method) && plan.trials != trials;
  if (!plan.trials_vary) plan.trials = trials;
}

void plan_sequence(const Space& space, Plan& plan) {
  constexpr std::uint64_t most_listed = 100'000;
  const std::uint64_t limit = space.limits.trials.value_or(unlimited);
  plan.trials = limited_trials(space, make_method(space)->trials());
  const auto finite = space.continuous_axes() == 0 ? Trainings(space).count() : std::nullopt;
  const std::uint64_t most = std::min(space.method.trials.value_or(unlimited), finite.value_or(unlimited));
  if (std::min(most, limit) <= most_listed)
    list_trainings(space, limit, plan);
  else if (most < unlimited && !space.limits.trials)
    plan.trainings = most;
}

void plan_grid(const Space& space, Plan& plan) {
  plan.trials = make_method(space)->trials();
  if (space.limits.trials && plan.trials.value_or(unlimited) > *space.limits.trials) return plan_sequence(space, plan);
  const Trainings trainings(space);
  plan.trainings = trainings.count();
  plan.epochs = trainings.cost();
}

}  // namespace

Plan make_plan(const Space& space, std::optional<std::uint64_t> at) {
  Plan plan{.space = space, .problems = find_problems(space)};
  if (space.continuous_axes() == 0) plan.configurations = space.grid.count();
  const bool grid = space.method.name == "grid";
  plan.shown = !grid ? of_sequence(space, at) : at ? std::vector{of_grid(space, *at)} : ends_of(space);
  if (sized_by_budget(space)) return plan;
  if (has_rungs(space.method))
    plan_rungs(space, plan);
  else if (grid)
    plan_grid(space, plan);
  else
    plan_sequence(space, plan);
  return plan;
}

}  // namespace stormsweep
