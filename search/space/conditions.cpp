#include "search/space/conditions.hpp"

#include <algorithm>
#include <utility>

namespace stormsweep {

namespace {

/// The digit at which all hyperparameters of an axis have their defaults. There is one (search/space/linked_axes.hpp).
std::uint32_t digit_of_defaults(const Axis& axis, const Configuration& defaults) {
  return axis.own_default ? axis.size() - 1 : axis.digit(defaults.values).value();
}

/// Digits below `size` that are not among `some`, which are sorted.
std::vector<std::uint32_t> others(std::uint32_t size, const std::vector<std::uint32_t>& some) {
  std::vector<std::uint32_t> others;
  for (std::uint32_t digit = 0; digit < size; ++digit)
    if (!std::binary_search(some.begin(), some.end(), digit)) others.push_back(digit);
  return others;
}

}  // namespace

bool holds(const std::vector<Condition>& when, const Configuration& configuration) {
  return std::all_of(when.begin(), when.end(), [&](const Condition& condition) {
    return std::binary_search(condition.values.begin(), condition.values.end(),
                              configuration.values[condition.hyperparameter]);
  });
}

Conditions::Conditions(std::span<const Axis> axes, const Configuration& defaults) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].when.empty()) continue;
    Conditional conditional{i, axes[i].size(), axes[i].listed(), digit_of_defaults(axes[i], defaults), {}, {}};
    for (const Condition& condition : axes[i].when) {
      const std::size_t axis = find_axis(axes, condition.hyperparameter).value();
      conditional.add({axis, axes[axis].digits_of(condition.hyperparameter, condition.values)}, axes[axis].size());
    }
    conditional_.push_back(std::move(conditional));
  }
  sort();
}

bool Conditions::Conditional::holds(std::span<const std::uint32_t> digits) const {
  return std::all_of(terms.begin(), terms.end(), [&](const Exclusion::Term& term) { return term.covers(digits); });
}

/// Conditions on hyperparameters that are zipped together concern one axis: its term is their intersection.
void Conditions::Conditional::add(Exclusion::Term term, std::uint32_t digits) {
  const auto same = std::find_if(terms.begin(), terms.end(), [&](const auto& t) { return t.axis == term.axis; });
  if (same != terms.end()) {
    std::erase_if(same->digits, [&](std::uint32_t digit) {
      return !std::binary_search(term.digits.begin(), term.digits.end(), digit);
    });
    return;
  }
  terms.push_back(std::move(term));
  sizes.push_back(digits);
}

void Conditions::sort() {
  auto sorted = conditional_.begin();
  const auto waits = [&](const Conditional& conditional) {
    return std::any_of(conditional.terms.begin(), conditional.terms.end(), [&](const Exclusion::Term& term) {
      return std::any_of(sorted, conditional_.end(), [&](const Conditional& c) { return c.axis == term.axis; });
    });
  };
  while (sorted != conditional_.end()) {
    const auto next = std::find_if_not(sorted, conditional_.end(), waits);
    if (next == conditional_.end()) break;
    std::iter_swap(sorted++, next);
  }
  for (; sorted != conditional_.end(); sorted = conditional_.erase(sorted)) circular_.push_back(sorted->axis);
}

std::vector<std::size_t> Conditions::never_met() const {
  std::vector<std::size_t> axes;
  for (const Conditional& conditional : conditional_)
    if (std::any_of(conditional.terms.begin(), conditional.terms.end(),
                    [](const Exclusion::Term& term) { return term.digits.empty(); }))
      axes.push_back(conditional.axis);
  return axes;
}

std::vector<Exclusion> Conditions::exclusions() const {
  std::vector<Exclusion> exclusions;
  const auto exclude = [&](Exclusion exclusion) {
    const bool covers = std::none_of(exclusion.terms.begin(), exclusion.terms.end(),
                                     [](const Exclusion::Term& term) { return term.digits.empty(); });
    if (covers) exclusions.push_back(std::move(exclusion));
  };
  for (const Conditional& conditional : conditional_) {
    const Exclusion::Term active{conditional.axis, others(conditional.size, {conditional.defaults})};
    for (std::size_t i = 0; i < conditional.terms.size(); ++i) {
      const Exclusion::Term& term = conditional.terms[i];
      exclude({{{term.axis, others(conditional.sizes[i], term.digits)}, active}});
    }
    if (conditional.listed == conditional.size) continue;
    Exclusion held{conditional.terms};
    held.terms.push_back({conditional.axis, {conditional.defaults}});
    exclude(std::move(held));
  }
  return exclusions;
}

void Conditions::settle(std::span<std::uint32_t> digits) const {
  for (const Conditional& conditional : conditional_) {
    std::uint32_t& digit = digits[conditional.axis];
    if (!conditional.holds(digits))
      digit = conditional.defaults;
    else if (digit >= conditional.listed)
      digit = 0;
  }
}

std::vector<Exclusion> beside_guesses(std::span<const Axis> axes, const Conditions& conditions,
                                      std::optional<std::size_t> left_out) {
  std::vector<Exclusion> exclusions;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i].guess || axes[i].interval || i == left_out || axes[i].size() == 1) continue;
    Exclusion beside{{{i, others(axes[i].size(), {axes[i].guessed_digit().value()})}}};
    for (const Conditions::Conditional& conditional : conditions.conditional())
      if (conditional.axis == i)
        beside.terms.insert(beside.terms.end(), conditional.terms.begin(), conditional.terms.end());
    exclusions.push_back(std::move(beside));
  }
  return exclusions;
}

}  // namespace stormsweep
