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
/// that is found uphill, along continuous dimensions together and along those of digits one after the other, from the
/// three best of 256 Sobol points (shifted by `seed`) and from `good` points. Nothing where none is allowed or, in the
/// greater spaces, none of 2^17 Sobol points. There, steps lead to the points that stand for where they end.
std::optional<Scored> maximum(const Problem& problem, const LogImprovement& improvement, std::span<const Point> good,
                              std::uint64_t seed);

}  // namespace stormsweep::bayes
