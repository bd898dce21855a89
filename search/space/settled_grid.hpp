#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/space/conditions.hpp"
#include "search/space/grid.hpp"

namespace stormsweep {

/// The points of a grid that stand for themselves (Conditions::settle), numbered without gaps and without a list. Where
/// conditions rule out nearly all points (a choice of optimizers, each with hyperparameters of its own), drawing from
/// the whole grid would hardly find any. Axes that depend on one another form a part. On an axis that others depend on,
/// digits that no condition tells apart form a class. For each combination of classes there is a block, in which all
/// axes of the part vary independently. Without conditions the numbers are those of the grid.
///
/// A part of more than 10^5 blocks keeps all of its points, even those that stand for others.
class SettledGrid {
 public:
  /// `sizes`: of all axes that `conditions` knows. Points lack the axis `left_out`, which depends on none, and none on
  /// it.
  SettledGrid(const Conditions& conditions, std::span<const std::uint32_t> sizes, std::optional<std::size_t> left_out);

  std::uint64_t size() const { return size_; }
  Digits digits(std::uint64_t index) const;
  /// The reverse, of a point that it has.
  std::uint64_t index(std::span<const std::uint32_t> digits) const;

 private:
  /// Digits of an axis: places `first` to `first + count` of a list of some, or those numbers themselves.
  struct Some {
    std::uint32_t first, count;
    std::optional<std::size_t> list = {};
  };
  struct Block {
    std::uint64_t end;       ///< one past its last number in the part
    std::vector<Some> axes;  ///< of the part
  };
  struct Part {
    std::vector<std::size_t> axes;
    std::vector<Block> blocks;
    std::uint64_t size() const { return blocks.back().end; }
  };
  class Maker;

  std::uint32_t digit(const Some& some, std::uint64_t place) const;
  /// Nothing where it is none of them.
  std::optional<std::uint32_t> place(const Some& some, std::uint32_t digit) const;
  std::optional<std::uint64_t> place(const Part& part, const Block& block, std::span<const std::uint32_t> digits) const;

  std::size_t axes_;
  std::optional<std::size_t> left_out_;
  std::vector<std::vector<std::uint32_t>> lists_;
  std::vector<Part> parts_;  ///< the last one turns fastest
  std::uint64_t size_ = 1;
};

}  // namespace stormsweep
