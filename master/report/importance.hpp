#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stormsweep {

/// What trials have of a hyperparameter.
struct Factor {
  std::string name;
  std::vector<std::uint32_t> levels;  ///< of each trial, below `count`
  std::uint32_t count;
  bool groups = false;  ///< a level is a group of values
};

/// How much hyperparameters matter to a metric.
struct Importance {
  struct Effect {
    std::size_t first, second;  ///< places among the factors; the same: of that one alone
    double share;
  };
  bool exact = false;           ///< by variances of a complete grid; else by where the best trials are
  std::vector<Effect> effects;  ///< the greatest first
};

/// Of a grid in which every combination of values was tried: the shares of the variance (of means, where a combination
/// came several times) that each factor, and each pair beyond its two, explains (functional ANOVA; Hutter et al. 2014,
/// here exact). Of others PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255): how far the levels of the best
/// tenth are distributed otherwise than all, as a share of the sum over factors. Nothing where there are fewer than two
/// trials, no factors, or values that are all the same. `values` holds one finite number a trial.
std::optional<Importance> importance(std::span<const Factor> factors, std::span<const double> values, bool maximize);

/// The levels of numbers: one a value where there are at most `most` different ones, else `most` groups of as many
/// trials each, by size.
Factor factor_of(std::string name, std::span<const double> numbers, std::size_t most);

}  // namespace stormsweep
