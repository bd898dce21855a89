#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"
#include "search/methods/halving.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Epochs of a search by rungs, between `least` and `most`: these differ where some configurations continue from a rung
/// and others are trained anew. `all`: if every configuration were trained to the last rung.
struct RungCost {
  double least, most, all;
};

/// A configuration by its number: of the grid, or in the method's sequence.
struct NumberedConfiguration {
  std::uint64_t number;
  Configuration configuration;
  bool excluded;
};

/// What a search space amounts to, found without listing it.
struct Plan {
  const Space& space;
  std::optional<std::uint64_t> configurations;  ///< of the grid, without excluded ones; nothing where counting takes
                                                ///< too long, or an axis is a range
  std::optional<std::uint64_t> trainings;       ///< with at least one trial; nothing likewise, and with rungs
  std::optional<Trainings::Cost> epochs;        ///< for a grid in which they are shared
  std::optional<std::uint64_t> trials;          ///< of the method, at most limits.trials, where they can be counted
  bool trials_vary = false;                     ///< there may be fewer, depending on the milestones of proposals
  std::vector<BracketShape> brackets;           ///< where the method has them
  std::optional<RungCost> rung_epochs;          ///< likewise
  std::vector<NumberedConfiguration> shown;     ///< configurations: the first and last, or one
  std::vector<std::string> problems;            ///< one line each; none of them fatal
};

/// `at`: the number of the configuration to show in place of the first and last. Throws InputError where there is none.
Plan make_plan(const Space& space, std::optional<std::uint64_t> at = std::nullopt);

std::string plan_text(const Plan& plan);
std::string plan_json(const Plan& plan);

/// `stormsweep plan`: what a search space amounts to. Prints to standard output and returns the exit status. Throws
/// InputError, which main prints as one line.
int plan_command(const Arguments& arguments);

}  // namespace stormsweep
