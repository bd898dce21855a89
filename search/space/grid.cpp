#include "search/space/grid.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t longest_enumeration = 10'000'000;
constexpr std::size_t most_exclusions = 20;  // by inclusion and exclusion: 2^20 intersections

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

bool Exclusion::covers(std::span<const std::uint32_t> digits) const {
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    return std::binary_search(term.digits.begin(), term.digits.end(), digits[term.axis]);
  });
}

std::optional<Exclusion> intersection(Exclusion a, const Exclusion& b) {
  for (const Exclusion::Term& term : b.terms) {
    const auto same = std::find_if(a.terms.begin(), a.terms.end(), [&](const auto& t) { return t.axis == term.axis; });
    if (same == a.terms.end()) {
      a.terms.push_back(term);
      continue;
    }
    std::vector<std::uint32_t> common;
    std::set_intersection(same->digits.begin(), same->digits.end(), term.digits.begin(), term.digits.end(),
                          std::back_inserter(common));
    if (common.empty()) return std::nullopt;
    same->digits = std::move(common);
  }
  return a;
}

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

std::uint64_t Grid::run(const Exclusion& exclusion) const {
  std::size_t last = 0;  // one past the last axis named
  for (const Exclusion::Term& term : exclusion.terms) last = std::max(last, term.axis + 1);
  std::uint64_t product = 1;
  for (std::size_t axis = last; axis < sizes_.size(); ++axis) product *= sizes_[axis];
  return product;
}

std::optional<std::uint64_t> Grid::next(std::uint64_t from) const {
  while (from < size_) {
    const Exclusion* exclusion = covering(digits(from));
    if (!exclusion) return from;
    const std::uint64_t length = run(*exclusion);
    from = (from / length + 1) * length;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Grid::previous(std::uint64_t from) const {
  while (true) {
    const Exclusion* exclusion = covering(digits(from));
    if (!exclusion) return from;
    const std::uint64_t length = run(*exclusion);
    if (from < length) return std::nullopt;
    from = from / length * length - 1;
  }
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
  if (combinations > longest_enumeration) return std::nullopt;
  const Grid small(sizes);
  std::uint64_t left = 0;
  for (std::uint64_t i = 0; i < combinations; ++i) left += !excluded(small.digits(i));
  return left * (size_ / combinations);
}

}  // namespace stormsweep
