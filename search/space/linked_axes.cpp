#include "search/space/linked_axes.hpp"

#include <algorithm>
#include <utility>

#include "search/base/error.hpp"
#include "search/space/conditions.hpp"

namespace stormsweep {

namespace {

using Axes = std::vector<Axis>;

const std::string& name(const Experiment& experiment, const Axis& axis) {
  return experiment.hyperparameters[axis.hyperparameter].name;
}

/// The axis that an element of "zip" names, which may be zipped.
Axes::iterator named(const Field& field, const Experiment& experiment, Axes& axes) {
  const std::string text = field.text();
  std::vector<std::string> known;
  for (const Axis& axis : axes) known.push_back(name(experiment, axis));
  const auto hyperparameter = experiment.find(text);
  const auto number = hyperparameter ? find_axis(axes, *hyperparameter) : std::nullopt;
  if (!number) field.refuse("it is no axis of this space: " + suggestion(text, known));
  const auto found = axes.begin() + static_cast<std::ptrdiff_t>(*number);
  if (!found->zipped.empty()) field.refuse("it is zipped already: name it once");
  if (found->interval) field.refuse("a range has no values to pair: give it a count, a step or a list");
  if (hyperparameter == experiment.milestone) field.refuse(text + " are milestones of one training: leave them out");
  return found;
}

/// Lets `other` move with `axis`.
void join_axes(const Field& field, const Experiment& experiment, Axis& axis, Axis other) {
  const std::string& first = name(experiment, axis);
  if (other.values.size() != axis.values.size())
    field.refuse("it has " + std::to_string(other.values.size()) + " values and " + first + " has " +
                 std::to_string(axis.values.size()) + ": give as many");
  if (other.when != axis.when) field.refuse("zipped axes take part together: give it and " + first + " the same when");
  axis.zipped.push_back({other.hyperparameter, std::move(other.values), other.guess});
  const auto guess = axis.guessed_digit();
  if (!guess) field.refuse("its guess and that of " + first + " are no pair: give values that stand at the same place");
  if (other.guess) axis.guess = axis.values[*guess];
}

void zip_some(const Field& names, const Experiment& experiment, Axes& axes) {
  const auto fields = names.elements();
  if (fields.size() < 2) names.refuse("name two axes or more that move together");
  Axis axis = *named(fields[0], experiment, axes);
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const auto number = experiment.find(fields[i].text());
    if (number && axis.values_of(*number)) fields[i].refuse("it is zipped already: name it once");
    const auto other = named(fields[i], experiment, axes);
    join_axes(fields[i], experiment, axis, std::move(*other));
    axes.erase(other);
  }
  *std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return a.hyperparameter == axis.hyperparameter; }) =
      std::move(axis);
}

void add_defaults(Axis& axis, const Configuration& defaults) {
  if (axis.digit(defaults.values)) return;
  axis.own_default = true;
  if (axis.interval) return;
  axis.values.push_back(defaults.values[axis.hyperparameter]);
  for (Zipped& other : axis.zipped) other.values.push_back(defaults.values[other.hyperparameter]);
}

/// Refuses what an axis may not depend on.
void check_condition(const Field& accepted, const std::string& name, const Experiment& experiment, const Axes& axes) {
  const auto hyperparameter = experiment.find(name);
  const auto axis = find_axis(axes, *hyperparameter);
  if (!axis)
    throw InputError(accepted.place() + " is not in this space and keeps its default; give parameters." + name +
                     ", or remove the condition");
  if (axes[*axis].interval) accepted.refuse(name + " is a range: give it a count, a step or a list");
  if (hyperparameter == experiment.milestone)
    accepted.refuse(name + " are milestones of one training, which keeps its values: depend on something else");
}

void check_when(const Field& parameter, const std::string& name, const Experiment& experiment, const Axes& axes) {
  if (!parameter.has("when")) return;
  if (name == "gpus" || experiment.find(name) == experiment.milestone)
    parameter["when"].refuse("every training has " + name + ": remove it");
  for (const auto& [other, accepted] : parameter["when"].members()) check_condition(accepted, other, experiment, axes);
}

}  // namespace

void zip_axes(const Field& zip, const Experiment& experiment, std::vector<Axis>& axes) {
  for (const Field& names : zip.elements()) zip_some(names, experiment, axes);
}

std::vector<std::string> link_conditions(const Field& parameters, const Experiment& experiment,
                                         const Configuration& defaults, std::vector<Axis>& axes) {
  for (const auto& [name, parameter] : parameters.members()) check_when(parameter, name, experiment, axes);
  for (Axis& axis : axes)
    if (!axis.when.empty()) add_defaults(axis, defaults);
  const Conditions conditions(axes, defaults);
  const auto when_of = [&](std::size_t axis) { return parameters[name(experiment, axes[axis])]["when"]; };
  for (const std::size_t axis : conditions.circular())
    when_of(axis).refuse("it depends on itself in the end: remove a condition of the circle");
  std::vector<std::string> notes;
  for (const std::size_t axis : conditions.never_met())
    notes.push_back(when_of(axis).place() + " never holds: " + name(experiment, axes[axis]) + " stays at " +
                    to_string(defaults.values[axes[axis].hyperparameter]));
  return notes;
}

}  // namespace stormsweep
