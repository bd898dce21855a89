#include "search/space/exclusions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// The digits on `axis` at which the hyperparameter of that number has the value that `field` holds.
std::vector<std::uint32_t> read_digits(const Field& field, const Axis& axis, std::size_t number,
                                       const Hyperparameter& hyperparameter) {
  const Value value = hyperparameter.read(field.json(), field.place());
  auto digits = axis.digits_of(number, {value});
  if (!digits.empty()) return digits;
  const std::vector<Value>& all = *axis.values_of(number);
  std::vector<std::string> values;
  for (const Value& known : all)
    if (values.size() < 20) values.push_back(to_string(known));
  if (values.size() < all.size()) values.back() = "... " + to_string(all.back());
  field.refuse("the axis " + hyperparameter.name + " has " + join(values));
}

Exclusion::Term read_term(const Field& values, std::size_t number, const Experiment& experiment,
                          const std::vector<Axis>& axes) {
  const Hyperparameter& hyperparameter = experiment.hyperparameters[number];
  const std::size_t place = find_axis(axes, number).value();
  const Axis& axis = axes[place];
  if (axis.interval) values.refuse(hyperparameter.name + " is a range: give it a count or a list, or narrow it");
  Exclusion::Term term{place, {}};
  for (const Field& value : values.json().is_array() ? values.elements() : std::vector{values}) {
    const auto digits = read_digits(value, axis, number, hyperparameter);
    term.digits.insert(term.digits.end(), digits.begin(), digits.end());
  }
  if (term.digits.empty()) values.refuse("give the values to leave out");
  std::sort(term.digits.begin(), term.digits.end());
  term.digits.erase(std::unique(term.digits.begin(), term.digits.end()), term.digits.end());
  return term;
}

std::vector<std::string> names_of(const std::vector<Axis>& axes, const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Axis& axis : axes)
    for (const std::size_t number : axis.hyperparameters()) names.push_back(experiment.hyperparameters[number].name);
  return names;
}

Exclusion read_exclusion(const Field& field, const Experiment& experiment, const std::vector<Axis>& axes) {
  const std::vector<std::string> known = names_of(axes, experiment);
  Exclusion exclusion;
  for (const auto& [name, values] : field.members()) {
    if (!contains(known, name))
      throw InputError(values.place() + " is not an axis of this space; " + suggestion(name, known));
    auto both = intersection(std::move(exclusion), {{read_term(values, *experiment.find(name), experiment, axes)}});
    if (!both) field.refuse("zipped axes never have these values together: remove it");
    exclusion = *std::move(both);
  }
  if (exclusion.terms.empty()) field.refuse("it names no axis and would leave out everything: remove it");
  return exclusion;
}

}  // namespace

std::vector<Exclusion> read_exclusions(const Field& exclude, const Experiment& experiment,
                                       const std::vector<Axis>& axes) {
  std::vector<Exclusion> exclusions;
  for (const Field& field : exclude.elements()) exclusions.push_back(read_exclusion(field, experiment, axes));
  return exclusions;
}

}  // namespace stormsweep
