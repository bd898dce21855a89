#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/space/exclusion.hpp"

namespace stormsweep {

/// The grid as an index, never a list: point i is computed from i in mixed radix, the LAST axis turning fastest.
/// Memory is a few words an axis, whatever the size.
class Grid {
 public:
  /// `sizes`: the number of values of each axis, all >= 1. Terms that cover a whole axis are dropped. Throws InputError
  /// if the product exceeds 2^63 - 1.
  explicit Grid(std::vector<std::uint32_t> sizes, std::vector<Exclusion> exclusions = {});

  /// Points, excluded ones included.
  std::uint64_t size() const { return size_; }
  std::span<const std::uint32_t> sizes() const { return sizes_; }
  std::span<const Exclusion> exclusions() const { return exclusions_; }
  std::vector<std::uint32_t> sizes_without(std::size_t axis) const;
  /// The grid of the other axes, under those exclusions that do not name it.
  Grid without(std::size_t axis) const;

  Digits digits(std::uint64_t index) const;
  std::uint64_t index(std::span<const std::uint32_t> digits) const;
  bool excluded(std::span<const std::uint32_t> digits) const { return covering(digits) != nullptr; }

  /// The first point at or after `from` that no exclusion covers, and the last at or before it. Excluded points are
  /// not looked at one by one (search/space/grid_walk.hpp), whichever axes are named.
  std::optional<std::uint64_t> next(std::uint64_t from) const;
  std::optional<std::uint64_t> previous(std::uint64_t from) const;

  /// Points that no exclusion covers: by inclusion and exclusion where there are at most 20 exclusions and that is
  /// shorter, by enumerating the axes that exclusions name where their combinations times the exclusions are at most
  /// 10^8, else by count_uncovered, which may give up (search/space/grid_count.hpp).
  std::optional<std::uint64_t> count() const;

 private:
  /// An exclusion that covers the point, or null.
  const Exclusion* covering(std::span<const std::uint32_t> digits) const;
  /// Every axis the other way round.
  Grid mirrored() const;

  std::vector<std::uint32_t> sizes_;
  std::vector<Exclusion> exclusions_;
  std::uint64_t size_ = 1;
};

}  // namespace stormsweep
