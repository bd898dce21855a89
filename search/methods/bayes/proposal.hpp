#pragma once

#include <span>

#include "search/methods/bayes/problem.hpp"

namespace stormsweep::bayes {

struct Proposal {
  Point point;
  Hyperparameters fitted;  ///< what the next proposal is to start from
  double improvement;      ///< logarithm of the expected improvement, on the scale of standardised values
};

/// Whether propose() fits hyperparameters anew with so many observations, or takes those that it is given: every time
/// below 50, then after every n / 25. A function of the number alone, so that a resumed search proposes the same.
bool fits_anew(std::size_t observations);

/// The next point to try: where a Gaussian process with Matern-5/2 covariance that is fitted to `observations` expects
/// the logarithm of the improvement to be greatest; `pending` points are taken as if they had come out as expected
/// (kriging believer), also where that is better than all that was found: there is to improve on it. Never one of
/// either, nor one that takes more memory than what ran out of it and is the same in all else. Above 500 observations
/// only the best 100 and the last 400 of them count; they are in the order of their trials, which below 500 makes no
/// difference. `start`: the hyperparameters of an earlier proposal. Nothing where no point is left. A function of its
/// arguments.
std::optional<Proposal> propose(const Problem& problem, std::span<const Observation> observations,
                                std::span<const Point> pending, const std::optional<Hyperparameters>& start,
                                std::uint64_t seed);

}  // namespace stormsweep::bayes
