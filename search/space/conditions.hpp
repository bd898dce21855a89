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

/// Whether all of `when` hold: they look at values, those at their defaults included.
bool holds(const std::vector<Condition>& when, const Configuration& configuration);

/// What the conditions of axes mean for their digits. Where an axis's conditions do not hold it has the digit of its
/// defaults and no other, so that configurations that differ in nothing are one point of the grid; where they hold, it
/// has any digit of what the space lists. Both are exclusions, and whoever respects these needs to know no more.
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
  /// Axes whose conditions depend on the axis itself in the end.
  const std::vector<std::size_t>& circular() const { return circular_; }
  /// Axes whose conditions no configuration meets.
  std::vector<std::size_t> never_met() const;
  std::vector<Exclusion> exclusions() const;
  /// Of any digits those that they stand for: the digit of the defaults on every axis whose conditions do not hold.
  void settle(std::span<std::uint32_t> digits) const;

 private:
  void sort();

  std::vector<Conditional> conditional_;
  std::vector<std::size_t> circular_;
};

/// What leaves out every point at which an axis that takes part and has a guess, but for `left_out`, is not at it.
/// Ranges are left out of it.
std::vector<Exclusion> beside_guesses(std::span<const Axis> axes, const Conditions& conditions,
                                      std::optional<std::size_t> left_out);

}  // namespace stormsweep
