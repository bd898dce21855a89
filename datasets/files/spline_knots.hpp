#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace stormsweep {

/// Weights of the four knots around a point (cubic B-spline, knots at whole numbers), and the first of them.
struct SplineKnots {
  template <class Real>
  explicit SplineKnots(Real at) : first(static_cast<std::int64_t>(std::floor(at)) - 1) {
    const auto u = static_cast<float>(at - std::floor(at)), v = 1 - u;
    weights = {v * v * v / 6, (4 - 6 * u * u + 3 * u * u * u) / 6, (4 - 6 * v * v + 3 * v * v * v) / 6, u * u * u / 6};
  }
  std::int64_t first;
  std::array<float, 4> weights;
};

}  // namespace stormsweep
