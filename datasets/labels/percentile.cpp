#include "datasets/labels/percentile.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace stormsweep {

std::optional<float> percentile_of(std::span<const float> values, double percentile) {
  std::vector<float> finite;
  finite.reserve(values.size());
  std::ranges::copy_if(values, std::back_inserter(finite), [](float value) { return std::isfinite(value); });
  if (finite.empty()) return std::nullopt;
  const double place = percentile / 100 * static_cast<double>(finite.size() - 1);
  const auto below = finite.begin() + static_cast<std::ptrdiff_t>(place);
  std::ranges::nth_element(finite, below);
  const float above = below + 1 == finite.end() ? *below : *std::min_element(below + 1, finite.end());
  return *below + static_cast<float>(place - std::floor(place)) * (above - *below);
}

}  // namespace stormsweep
