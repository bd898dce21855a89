#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stormsweep {

/// The values of one hyperparameter in all trials, as levels.
struct Factor {
  std::string name;
  std::vector<std::uint32_t> levels;  ///< of each trial, below `count`
  std::uint32_t count;
  bool groups = false;  ///< each level is a group of values
};

/// How much hyperparameters matter to a metric.
struct Importance {
  struct Effect {
    std::size_t first, second;  ///< indices of factors; equal: the effect of that one alone
    double share;
  };
  bool exact = false;           ///< from variances of a complete grid; else from where the best trials are
  std::vector<Effect> effects;  ///< the greatest first
};

/// For a grid in which every combination of values was tried: the share of the variance (of means, where a combination
/// was tried several times) that each factor explains, and each pair beyond its two factors (functional ANOVA; Hutter
/// et al. 2014, here exact). Otherwise PED-ANOVA (Watanabe et al. 2023, arXiv 2304.10255): how much the distribution of
/// levels in the best tenth differs from that in all trials, as a share of the sum over factors. Nothing where there
/// are fewer than two trials, no factors, or only equal values. `values` has one finite number per trial.
std::optional<Importance> importance(std::span<const Factor> factors, std::span<const double> values, bool maximize);

/// The levels of numbers: one for each value where there are at most `most` different ones, else `most` groups of
/// neighbouring values, with equally many trials each.
Factor factor_of(std::string name, std::span<const double> numbers, std::size_t most);

}  // namespace stormsweep
