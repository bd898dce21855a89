#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace stormsweep {

/// One digit an axis: the position of a configuration's value among the axis's values.
using Digits = std::vector<std::uint32_t>;

/// A partial configuration that is left out: for each axis that it names, the digits that it covers. A grid point is
/// excluded if for every named axis its digit is among them.
struct Exclusion {
  struct Term {
    std::size_t axis;
    std::vector<std::uint32_t> digits;  ///< sorted
    bool covers(std::span<const std::uint32_t> point) const;
    bool operator==(const Term&) const = default;
  };
  std::vector<Term> terms;

  bool covers(std::span<const std::uint32_t> digits) const;
  /// Null where it does not name the axis.
  const Term* on(std::size_t axis) const;
  bool operator==(const Exclusion&) const = default;
};

/// The points that both cover; nothing if there are none.
std::optional<Exclusion> intersection(const Exclusion& a, const Exclusion& b);

}  // namespace stormsweep
