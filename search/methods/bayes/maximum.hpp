#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/methods/bayes/improvement.hpp"

namespace stormsweep::bayes {

/// A point and the logarithm of the improvement that is expected of it.
struct Scored {
  Point point;
  double value;
};

/// The allowed point of the greatest log improvement: the best of all where there are at most 50,000; else the best
/// found by climbing, along all continuous dimensions at once and the others one by one, from the three best of 256
/// Sobol points (shifted by `seed`) and from the `good` points. Nothing where no point is allowed or, in those larger
/// spaces, none of 2^17 Sobol points. A climb that ends at a point that means the same as another moves to the one that
/// stands for both.
std::optional<Scored> maximum(const Problem& problem, const LogImprovement& improvement, std::span<const Point> good,
                              std::uint64_t seed);

}  // namespace stormsweep::bayes
