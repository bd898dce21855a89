#pragma once

#include <span>

#include "search/methods/bayes/problem.hpp"

namespace stormsweep::bayes {

struct Proposal {
  Point point;
  Hyperparameters fitted;  ///< what the next proposal is to start from
  double improvement;      ///< logarithm of the expected improvement, on the scale of standardised values
};

/// Whether propose(), with so many observations, fits hyperparameters anew rather than use those of `start`: always
/// below 50, then whenever n is a multiple of n / 25. A function of the number alone, so that a resumed search proposes
/// the same.
bool fits_anew(std::size_t observations);

/// The next point to try: where a Gaussian process with Matern-5/2 covariance that is fitted to `observations` expects
/// the logarithm of the improvement to be greatest; `pending` points are taken as if they had ended as expected
/// (kriging believer); where that is better than everything found, it is what must be improved on. Never proposes an
/// observed or pending point, nor one that takes more memory than a point that ran out of it and is otherwise the same.
/// Above 500 observations only the best 100 and the last 400 of them count; their order is that of the trials, and
/// matters only above 500. `start`: the hyperparameters of an earlier proposal. Nothing where no point is left. A pure
/// function of its arguments.
std::optional<Proposal> propose(const Problem& problem, std::span<const Observation> observations,
                                std::span<const Point> pending, const std::optional<Hyperparameters>& start,
                                std::uint64_t seed);

}  // namespace stormsweep::bayes
