#include "search/space/membership.hpp"

#include <algorithm>

namespace stormsweep {

Membership::Membership(const Space& space) : space_(space) {
  for (const Axis& axis : space.axes) {
    auto& digits = digits_.emplace_back();
    for (std::uint32_t digit = 0; digit < axis.values.size(); ++digit) digits.emplace_back(axis.values[digit], digit);
    std::sort(digits.begin(), digits.end());
  }
}

bool Membership::has(const Configuration& configuration) const {
  Configuration others = configuration;  // but for the axes all are at their defaults
  Digits digits;
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    Value& value = others.values[space_.axes[i].hyperparameter];
    const auto& interval = space_.axes[i].interval;
    const auto found = std::lower_bound(digits_[i].begin(), digits_[i].end(), std::pair(value, std::uint32_t{0}));
    if (interval ? !interval->has(value) : found == digits_[i].end() || found->first != value) return false;
    digits.push_back(interval ? 0 : found->second);
    value = space_.defaults.values[space_.axes[i].hyperparameter];
  }
  return others == space_.defaults && !space_.grid.excluded(digits);
}

}  // namespace stormsweep
