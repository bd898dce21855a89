#include "search/space/grid.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <numeric>

#include "search/base/error.hpp"
#include "search/space/grid_count.hpp"
#include "search/space/grid_walk.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t longest_enumeration = 100'000'000;  // points times exclusions: a second
constexpr std::size_t most_exclusions = 20;                 // by inclusion and exclusion: 2^20 intersections

/// Points that `box` covers.
std::uint64_t points(const Exclusion& box, std::span<const std::uint32_t> sizes) {
  std::vector<std::uint64_t> widths(sizes.begin(), sizes.end());
  for (const Exclusion::Term& term : box.terms) widths[term.axis] = term.digits.size();
  return std::accumulate(widths.begin(), widths.end(), std::uint64_t{1}, std::multiplies<>());
}

/// Points that `box` covers and none of `exclusions`: those of the box less, for each exclusion, those that it covers
/// first.
std::uint64_t uncovered(const Exclusion& box, std::span<const Exclusion> exclusions,
                        std::span<const std::uint32_t> sizes) {
  std::uint64_t left = points(box, sizes);
  for (std::size_t i = 0; i < exclusions.size(); ++i)
    if (const auto common = intersection(box, exclusions[i])) left -= uncovered(*common, exclusions.first(i), sizes);
  return left;
}

}  // namespace

Grid::Grid(std::vector<std::uint32_t> sizes, std::vector<Exclusion> exclusions)
    : sizes_(std::move(sizes)), exclusions_(std::move(exclusions)) {
  for (const std::uint32_t size : sizes_) {
    assert(size >= 1);
    if (size_ > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / size)
      throw InputError("the grid has more than 2^63 - 1 configurations; give fewer values or fewer axes");
    size_ *= size;
  }
  for (Exclusion& exclusion : exclusions_)
    std::erase_if(exclusion.terms, [&](const auto& term) { return term.digits.size() == sizes_[term.axis]; });
}

std::vector<std::uint32_t> Grid::sizes_without(std::size_t axis) const {
  std::vector<std::uint32_t> sizes = sizes_;
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(axis));
  return sizes;
}

Grid Grid::without(std::size_t axis) const {
  std::vector<Exclusion> exclusions;
  for (Exclusion exclusion : exclusions_) {
    bool names = false;
    for (Exclusion::Term& term : exclusion.terms) {
      names |= term.axis == axis;
      term.axis -= term.axis > axis ? 1 : 0;
    }
    if (!names) exclusions.push_back(std::move(exclusion));
  }
  return Grid(sizes_without(axis), std::move(exclusions));
}

Digits Grid::digits(std::uint64_t index) const {
  assert(index < size_);
  Digits result(sizes_.size());
  for (std::size_t axis = sizes_.size(); axis-- > 0; index /= sizes_[axis])
    result[axis] = static_cast<std::uint32_t>(index % sizes_[axis]);
  return result;
}

std::uint64_t Grid::index(std::span<const std::uint32_t> digits) const {
  assert(digits.size() == sizes_.size());
  std::uint64_t result = 0;
  for (std::size_t axis = 0; axis < sizes_.size(); ++axis) result = result * sizes_[axis] + digits[axis];
  return result;
}

const Exclusion* Grid::covering(std::span<const std::uint32_t> digits) const {
  const auto found =
      std::find_if(exclusions_.begin(), exclusions_.end(), [&](const Exclusion& e) { return e.covers(digits); });
  return found == exclusions_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> Grid::next(std::uint64_t from) const {
  if (from >= size_) return std::nullopt;
  Digits digits = this->digits(from);
  if (!excluded(digits)) return from;
  const auto found = first_uncovered(sizes_, exclusions_, std::move(digits));
  return found ? std::optional(index(*found)) : std::nullopt;
}

std::optional<std::uint64_t> Grid::previous(std::uint64_t from) const {
  if (!excluded(digits(from))) return from;
  const auto found = mirrored().next(size_ - 1 - from);
  return found ? std::optional(size_ - 1 - *found) : std::nullopt;
}

Grid Grid::mirrored() const {
  std::vector<Exclusion> exclusions = exclusions_;
  for (Exclusion& exclusion : exclusions)
    for (Exclusion::Term& term : exclusion.terms) {
      std::reverse(term.digits.begin(), term.digits.end());
      for (std::uint32_t& digit : term.digits) digit = sizes_[term.axis] - 1 - digit;
    }
  return Grid(sizes_, std::move(exclusions));
}

std::optional<std::uint64_t> Grid::count() const {
  std::vector<bool> named(sizes_.size());
  for (const Exclusion& exclusion : exclusions_)
    for (const Exclusion::Term& term : exclusion.terms) named[term.axis] = true;
  std::vector<std::uint32_t> sizes(sizes_.size(), 1);  // of the grid of the named axes alone
  std::uint64_t combinations = 1;
  for (std::size_t axis = 0; axis < sizes_.size(); ++axis)
    if (named[axis]) combinations *= sizes[axis] = sizes_[axis];

  const bool few = exclusions_.size() <= most_exclusions;
  if (few && std::uint64_t{1} << exclusions_.size() < combinations) return uncovered({}, exclusions_, sizes_);
  if (combinations > longest_enumeration / std::max(exclusions_.size(), std::size_t{1}))
    return count_uncovered(sizes_, exclusions_);
  const Grid small(sizes);
  std::uint64_t left = 0;
  for (std::uint64_t i = 0; i < combinations; ++i) left += !excluded(small.digits(i));
  return left * (size_ / combinations);
}

}  // namespace stormsweep
