#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

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

  /// Adds to `out` the values at the point of splines between four rows of knots [4, out.size()].
  void add_between(const float* rows, std::span<float> out) const {
    const std::size_t width = out.size();
    for (std::size_t x = 0; x < width; ++x)
      out[x] += weights[0] * rows[x] + weights[1] * rows[width + x] + weights[2] * rows[2 * width + x] +
                weights[3] * rows[3 * width + x];
  }
};

/// Standard deviation of a field between knots of deviation 1: along each axis the squares of the weights sum to 0.46
/// to 0.5.
inline constexpr double spline_deviation = 0.48;

}  // namespace stormsweep
