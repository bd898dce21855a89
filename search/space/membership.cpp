#include "search/space/membership.hpp"

#include <algorithm>

#include "search/space/conditions.hpp"

namespace stormsweep {

Membership::Membership(const Space& space) : space_(space) {
  for (const Axis& axis : space.axes) {
    auto& digits = digits_.emplace_back();
    for (std::uint32_t digit = 0; digit < axis.values.size(); ++digit) digits.emplace_back(axis.values[digit], digit);
    std::sort(digits.begin(), digits.end());
  }
}

/// On the axis, of what the configuration has; nothing where the axis has no such values.
std::optional<std::uint32_t> Membership::digit(const Configuration& configuration, std::size_t number) const {
  const Axis& axis = space_.axes[number];
  const Value& value = configuration.values[axis.hyperparameter];
  if (axis.interval && !holds(axis.when, configuration))
    return value == space_.defaults.values[axis.hyperparameter] ? std::optional(axis.listed()) : std::nullopt;
  if (axis.interval) return axis.interval->has(value) ? std::optional<std::uint32_t>(0) : std::nullopt;
  const auto& digits = digits_[number];
  auto found = std::lower_bound(digits.begin(), digits.end(), std::pair(value, std::uint32_t{0}));
  const auto other = [&](const Zipped& zipped) {
    return zipped.values[found->second] != configuration.values[zipped.hyperparameter];
  };
  for (; found != digits.end() && found->first == value; ++found)
    if (std::none_of(axis.zipped.begin(), axis.zipped.end(), other)) return found->second;
  return std::nullopt;
}

bool Membership::has(const Configuration& configuration) const {
  Configuration others = configuration;  // hyperparameters without an axis must be at their defaults
  Digits digits;
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    const auto found = digit(configuration, i);
    if (!found) return false;
    digits.push_back(*found);
    for (const std::size_t hyperparameter : space_.axes[i].hyperparameters())
      others.values[hyperparameter] = space_.defaults.values[hyperparameter];
  }
  return others == space_.defaults && !space_.grid.excluded(digits);
}

}  // namespace stormsweep
