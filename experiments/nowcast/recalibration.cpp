#include "experiments/nowcast/recalibration.hpp"

#include <algorithm>
#include <cstddef>

namespace stormsweep {

Recalibration::Recalibration(const std::array<double, rain_thresholds.size()>& levels) {
  for (std::size_t t = 0; t < levels.size(); ++t) {
    if (levels[t] <= from_.back()) continue;
    from_.push_back(levels[t]);
    to_.push_back(rain_thresholds[t]);
  }
}

float Recalibration::operator()(float rate) const {
  if (!(rate > 0)) return rate;
  const auto end = std::upper_bound(from_.begin(), from_.end(), static_cast<double>(rate));
  const auto i = static_cast<std::size_t>(end - from_.begin());
  if (i == from_.size()) return static_cast<float>(rate * to_.back() / from_.back());
  const double share = (rate - from_[i - 1]) / (from_[i] - from_[i - 1]);
  return static_cast<float>(to_[i - 1] + share * (to_[i] - to_[i - 1]));
}

}  // namespace stormsweep
