#include "search/space/settled_grid.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>

namespace stormsweep {

namespace {

constexpr std::size_t most_blocks = 100'000;

using Conditional = Conditions::Conditional;

}  // namespace

/// Makes a part of axes that depend on one another.
class SettledGrid::Maker {
 public:
  Maker(SettledGrid& grid, const Conditions& conditions, std::span<const std::uint32_t> sizes,
        std::vector<std::size_t> axes)
      : grid_(grid), sizes_(sizes), digits_(sizes.size()), some_(sizes.size()), part_{std::move(axes), {}} {
    for (const Conditional& conditional : conditions.conditional())
      if (has(conditional.axis)) conditional_.push_back(&conditional);
    for (const std::size_t axis : part_.axes)
      if (!conditional(axis)) order_.push_back(axis);
    for (const Conditional* each : conditional_) order_.push_back(each->axis);  // after the axes that they depend on
    for (const std::size_t axis : order_)
      if (auto classes = classes_of(axis); !classes.empty()) classes_.emplace(axis, std::move(classes));
  }

  /// Nothing where there are too many blocks.
  std::optional<Part> part() {
    if (!add_blocks(0)) return std::nullopt;
    return part_;
  }

 private:
  bool has(std::size_t axis) const { return std::find(part_.axes.begin(), part_.axes.end(), axis) != part_.axes.end(); }

  const Conditional* conditional(std::size_t axis) const {
    const auto found = std::find_if(conditional_.begin(), conditional_.end(),
                                    [&](const Conditional* each) { return each->axis == axis; });
    return found == conditional_.end() ? nullptr : *found;
  }

  /// Lists of digits that no condition on the axis tells apart; none where there are no conditions on it.
  std::vector<std::size_t> classes_of(std::size_t axis) {
    std::vector<const Exclusion::Term*> terms;
    for (const Conditional* each : conditional_)
      for (const Exclusion::Term& term : each->terms)
        if (term.axis == axis) terms.push_back(&term);
    if (terms.empty()) return {};
    std::map<std::vector<bool>, std::vector<std::uint32_t>> classes;
    for (std::uint32_t digit = 0; digit < sizes_[axis]; ++digit) {
      std::vector<bool> met;
      for (const Exclusion::Term* term : terms)
        met.push_back(std::binary_search(term->digits.begin(), term->digits.end(), digit));
      classes[std::move(met)].push_back(digit);
    }
    std::vector<std::size_t> lists;
    for (auto& [_, digits] : classes) {
      lists.push_back(grid_.lists_.size());
      grid_.lists_.push_back(std::move(digits));
    }
    return lists;
  }

  /// Digits that the axis may have, given those chosen on the axes before.
  Some allowed(std::size_t axis) const {
    const Conditional* own = conditional(axis);
    if (!own) return {0, sizes_[axis]};
    return own->holds(digits_) ? Some{0, own->listed} : Some{own->defaults, 1};
  }

  bool add_blocks(std::size_t number) {
    if (number == order_.size()) return add_block();
    const std::size_t axis = order_[number];
    const Some all = allowed(axis);
    const auto classes = classes_.find(axis);
    if (classes == classes_.end()) {
      some_[axis] = all;
      return add_blocks(number + 1);
    }
    for (const std::size_t list : classes->second) {
      const std::vector<std::uint32_t>& digits = grid_.lists_[list];
      const auto first = std::lower_bound(digits.begin(), digits.end(), all.first),
                 last = std::lower_bound(first, digits.end(), all.first + all.count);
      if (first == last) continue;
      digits_[axis] = *first;  // stands for its class
      some_[axis] = {static_cast<std::uint32_t>(first - digits.begin()), static_cast<std::uint32_t>(last - first),
                     list};
      if (!add_blocks(number + 1)) return false;
    }
    return true;
  }

  bool add_block() {
    Block block{1, {}};
    for (const std::size_t axis : part_.axes) {
      block.axes.push_back(some_[axis]);
      block.end *= some_[axis].count;
    }
    if (!part_.blocks.empty()) block.end += part_.size();
    part_.blocks.push_back(std::move(block));
    return part_.blocks.size() <= most_blocks;
  }

  SettledGrid& grid_;
  std::span<const std::uint32_t> sizes_;
  std::vector<std::uint32_t> digits_;  ///< chosen, of axes that others depend on
  std::vector<Some> some_;
  Part part_;
  std::vector<const Conditional*> conditional_;
  std::vector<std::size_t> order_;
  std::map<std::size_t, std::vector<std::size_t>> classes_;
};

SettledGrid::SettledGrid(const Conditions& conditions, std::span<const std::uint32_t> sizes,
                         std::optional<std::size_t> left_out)
    : axes_(sizes.size()), left_out_(left_out) {
  std::vector<std::size_t> part_of(axes_);  // by the first axis of each
  std::iota(part_of.begin(), part_of.end(), 0);
  for (const Conditional& conditional : conditions.conditional())
    for (const Exclusion::Term& term : conditional.terms) {
      const auto [low, high] = std::minmax(part_of[conditional.axis], part_of[term.axis]);
      std::replace(part_of.begin(), part_of.end(), std::size_t{high}, std::size_t{low});
    }
  for (std::size_t first = 0; first < axes_; ++first) {
    std::vector<std::size_t> axes;
    for (std::size_t axis = first; axis < axes_; ++axis)
      if (part_of[axis] == first && axis != left_out) axes.push_back(axis);
    if (auto part = axes.size() > 1 ? Maker(*this, conditions, sizes, axes).part() : std::nullopt)
      parts_.push_back(*std::move(part));
    else
      for (const std::size_t axis : axes) parts_.push_back({{axis}, {{sizes[axis], {{0, sizes[axis]}}}}});
  }
  for (const Part& part : parts_) size_ *= part.size();
}

std::uint32_t SettledGrid::digit(const Some& some, std::uint64_t place) const {
  const std::uint64_t number = some.first + place;
  return some.list ? lists_[*some.list][number] : static_cast<std::uint32_t>(number);
}

std::optional<std::uint32_t> SettledGrid::place(const Some& some, std::uint32_t digit) const {
  std::uint32_t number = digit;
  if (some.list) {
    const std::vector<std::uint32_t>& digits = lists_[*some.list];
    const auto found = std::lower_bound(digits.begin(), digits.end(), digit);
    if (found == digits.end() || *found != digit) return std::nullopt;
    number = static_cast<std::uint32_t>(found - digits.begin());
  }
  return number >= some.first && number - some.first < some.count ? std::optional(number - some.first) : std::nullopt;
}

std::optional<std::uint64_t> SettledGrid::place(const Part& part, const Block& block,
                                                std::span<const std::uint32_t> digits) const {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < part.axes.size(); ++i) {
    const auto found = place(block.axes[i], digits[part.axes[i]]);
    if (!found) return std::nullopt;
    result = result * block.axes[i].count + *found;
  }
  return result;
}

Digits SettledGrid::digits(std::uint64_t index) const {
  assert(index < size_);
  Digits digits(axes_);
  for (auto part = parts_.rbegin(); part != parts_.rend(); index /= part->size(), ++part) {
    std::uint64_t number = index % part->size();
    const auto block = std::upper_bound(part->blocks.begin(), part->blocks.end(), number,
                                        [](std::uint64_t n, const Block& b) { return n < b.end; });
    if (block != part->blocks.begin()) number -= std::prev(block)->end;
    for (std::size_t i = part->axes.size(); i-- > 0; number /= block->axes[i].count)
      digits[part->axes[i]] = digit(block->axes[i], number % block->axes[i].count);
  }
  if (left_out_) digits.erase(digits.begin() + static_cast<std::ptrdiff_t>(*left_out_));
  return digits;
}

std::uint64_t SettledGrid::index(std::span<const std::uint32_t> digits) const {
  Digits all(digits.begin(), digits.end());
  if (left_out_) all.insert(all.begin() + static_cast<std::ptrdiff_t>(*left_out_), 0);
  std::uint64_t result = 0;
  for (const Part& part : parts_) {
    std::uint64_t begin = 0;
    std::optional<std::uint64_t> found;
    for (auto block = part.blocks.begin(); !found; begin = (block++)->end) {
      assert(block != part.blocks.end());
      found = place(part, *block, all);
      if (found) *found += begin;
    }
    result = result * part.size() + *found;
  }
  return result;
}

}  // namespace stormsweep
