#include "search/space/exclusions.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

[[noreturn]] void refuse_unknown(const Field& field, const Hyperparameter& hyperparameter,
                                 const std::vector<Value>& all) {
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
  std::map<Value, Field> fields;
  for (const Field& field : values.json().is_array() ? values.elements() : std::vector{values})
    fields.emplace(hyperparameter.read(field.json(), field.place()), field);
  if (fields.empty()) values.refuse("give the values to leave out");
  std::vector<Value> some;
  for (const auto& [value, field] : fields) some.push_back(value);
  Exclusion::Term term{place, axis.digits_of(number, some)};
  const std::vector<Value>& all = *axis.values_of(number);
  for (const std::uint32_t digit : term.digits) fields.erase(all[digit]);
  if (!fields.empty()) refuse_unknown(fields.begin()->second, hyperparameter, all);
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
    auto both = intersection(exclusion, {{read_term(values, *experiment.find(name), experiment, axes)}});
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
