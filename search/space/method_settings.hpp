#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/base/strict_json.hpp"

namespace stormsweep {

/// What a space says of its search method; search/methods/README.md is the reference. What is not given is left to the
/// method itself (search/methods).
struct MethodSettings {
  std::string name = "grid";
  std::string from = "random";            ///< halving, hyperband: the sequence that configurations come from
  std::uint32_t eta = 3;                  ///< halving, hyperband: one of so many goes on
  std::optional<std::uint64_t> trials;    ///< random, sobol, bayes: trainings
  std::optional<std::uint64_t> size;      ///< halving: configurations a bracket
  std::optional<std::uint64_t> brackets;  ///< halving, hyperband
  std::optional<std::uint64_t> width;     ///< bayes: proposals made without knowing each other's results

  bool operator==(const MethodSettings&) const = default;
};

/// Limits of a halving, whose brackets and their members are handled one by one.
inline constexpr std::uint64_t most_members = 1'000'000, most_brackets = 1'000'000;

/// base^exponent, or 2^40 where that is less.
std::uint64_t bounded_power(std::uint64_t base, std::size_t exponent);

/// "method" of a space: a name, or an object with that name and the method's settings. Throws InputError.
MethodSettings read_method(const Field& field);

/// Draws from a range itself, without a count of values.
bool takes_ranges(const MethodSettings& method);
std::vector<std::string> methods_that_take_ranges();
/// Trains every configuration with the milestones as rungs, after each of which only the better ones continue.
bool has_rungs(const MethodSettings& method);
/// Decides from results what to train next; for the other methods the number of a training determines it.
bool is_adaptive(const MethodSettings& method);

/// Works out configurations, which are stored (search/methods/method.hpp).
bool makes_proposals(const MethodSettings& method);

}  // namespace stormsweep
