#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What a search space amounts to, found without listing it.
struct Plan {
  const Space& space;
  std::optional<std::uint64_t> configurations;  ///< that exclusions leave; nothing where that is too long to count
  std::optional<std::uint64_t> trainings;       ///< with at least one trial
  std::optional<Trainings::Cost> epochs;        ///< where they are shared
  std::vector<std::uint64_t> shown;             ///< numbers of the configurations to show: the first and last, or one
  std::vector<std::string> problems;            ///< one line each; none of them fatal
};

/// `at`: the configuration to show, instead of the first and the last. Throws InputError where the grid has no such
/// number.
Plan make_plan(const Space& space, std::optional<std::uint64_t> at = std::nullopt);

std::string plan_text(const Plan& plan);
std::string plan_json(const Plan& plan);

/// `stormsweep plan`: what a search space amounts to. Prints to standard output and returns the exit status. Throws
/// InputError, which main prints as one line.
int plan_command(const Arguments& arguments);

}  // namespace stormsweep
