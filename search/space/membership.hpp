#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "search/space/configuration.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// Tells which configurations belong to a space, and not only to an earlier version of it. Borrows the space.
class Membership {
 public:
  explicit Membership(const Space& space);
  bool has(const Configuration& configuration) const;

 private:
  std::optional<std::uint32_t> digit(const Configuration& configuration, std::size_t axis) const;

  const Space& space_;
  std::vector<std::vector<std::pair<Value, std::uint32_t>>> digits_;  ///< by axis: of each value, sorted
};

}  // namespace stormsweep
