#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/space/axis.hpp"
#include "search/space/configuration.hpp"
#include "search/space/grid.hpp"

namespace stormsweep {

/// Whether all of `when` hold. They look at values only, whether from an axis or by default.
bool holds(const std::vector<Condition>& when, const Configuration& configuration);

/// What the conditions of axes mean for their digits. Where an axis's conditions do not hold, only the digit of its
/// defaults is allowed, so that each configuration is one point of the grid; where they hold, any digit that the space
/// lists is. Both rules are expressed as exclusions, so other code only has to respect exclusions.
class Conditions {
 public:
  /// An axis with conditions.
  struct Conditional {
    std::size_t axis;
    std::uint32_t size, listed, defaults;  ///< digits of the axis, of what is listed, and the one of the defaults
    std::vector<Exclusion::Term> terms;    ///< on other axes, all of which must hold
    std::vector<std::uint32_t> sizes;      ///< of these axes

    bool holds(std::span<const std::uint32_t> digits) const;
    void add(Exclusion::Term term, std::uint32_t digits);
  };

  Conditions() = default;
  /// `axes`: with the digits of their defaults, and all those that conditions name.
  Conditions(std::span<const Axis> axes, const Configuration& defaults);

  bool empty() const { return conditional_.empty(); }
  /// Each after those that it depends on.
  const std::vector<Conditional>& conditional() const { return conditional_; }
  /// Axes whose conditions depend, through others, on the axis itself.
  const std::vector<std::size_t>& circular() const { return circular_; }
  /// Axes whose conditions no configuration meets.
  std::vector<std::size_t> never_met() const;
  std::vector<Exclusion> exclusions() const;
  /// Replaces digits by those that they stand for: the digit of the defaults on every axis whose conditions do not
  /// hold.
  void settle(std::span<std::uint32_t> digits) const;

 private:
  void sort();

  std::vector<Conditional> conditional_;
  std::vector<std::size_t> circular_;
};

/// Exclusions that leave only points at which every axis with a guess, whose conditions hold, is at its guess. Axis
/// `left_out` and continuous axes are ignored.
std::vector<Exclusion> beside_guesses(std::span<const Axis> axes, const Conditions& conditions,
                                      std::optional<std::size_t> left_out);

}  // namespace stormsweep
