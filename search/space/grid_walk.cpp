#include "search/space/grid_walk.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace stormsweep {

namespace {

constexpr std::size_t most_learned = 4096;  // that are kept

/// One past the last of the digits in a row that begins with `digit`, which is among them.
std::uint32_t end_of_run(const std::vector<std::uint32_t>& digits, std::uint32_t digit) {
  const auto first = std::lower_bound(digits.begin(), digits.end(), digit);
  const auto end = std::partition_point(first, digits.end(), [&](const std::uint32_t& other) {
    return static_cast<std::ptrdiff_t>(other - digit) == &other - &*first;
  });
  return digit + static_cast<std::uint32_t>(end - first);
}

class Walk {
 public:
  Walk(std::span<const std::uint32_t> sizes, std::span<const Exclusion> exclusions, Digits from)
      : sizes_(sizes), from_(std::move(from)), digits_(from_), by_last_axis_(sizes.size()) {
    for (const Exclusion& exclusion : exclusions) add(exclusion);
  }

  std::optional<Digits> run() {
    if (!all_covered_) look(0, true);
    return found_ ? std::optional(digits_) : std::nullopt;
  }

 private:
  /// Looks among the points that agree with `digits_` on the axes before `axis`; `bounded`: those digits are the ones
  /// of `from_`. Where none is found, returns an exclusion that covers them all, or nothing if only a part was looked
  /// at.
  std::optional<Exclusion> look(std::size_t axis, bool bounded) {
    if (axis == sizes_.size()) {
      found_ = true;
      return std::nullopt;
    }
    Exclusion resolved;
    for (std::uint32_t digit = bounded ? from_[axis] : 0; digit < sizes_[axis];) {
      digits_[axis] = digit;
      std::optional<Exclusion> beyond;
      const Exclusion* cover = covering(axis);
      if (!cover) {
        beyond = look(axis + 1, bounded && digit == from_[axis]);
        if (found_) return std::nullopt;
        if (beyond) cover = &*beyond;
      }
      const Exclusion::Term* term = cover ? cover->on(axis) : nullptr;
      if (cover && !term) return beyond;
      if (!bounded) resolve(resolved, *cover, axis);
      digit = term ? end_of_run(term->digits, digit) : digit + 1;
    }
    if (bounded) return std::nullopt;
    if (learned_.size() < most_learned) add(learned_.emplace_back(resolved));
    return resolved;
  }

  /// An exclusion whose last axis is `axis` and that covers `digits_`, hence all points that agree with them so far.
  const Exclusion* covering(std::size_t axis) const {
    const auto& some = by_last_axis_[axis];
    const auto found = std::find_if(some.begin(), some.end(), [&](const Exclusion* e) { return e->covers(digits_); });
    return found == some.end() ? nullptr : *found;
  }

  /// Adds to `resolved` what `cover` requires of the axes before `axis`. Both cover the current point.
  static void resolve(Exclusion& resolved, const Exclusion& cover, std::size_t axis) {
    resolved = intersection(resolved, cover).value();
    std::erase_if(resolved.terms, [&](const Exclusion::Term& term) { return term.axis == axis; });
  }

  void add(const Exclusion& exclusion) {
    std::size_t last = 0;
    for (const Exclusion::Term& term : exclusion.terms) last = std::max(last, term.axis);
    if (exclusion.terms.empty())
      all_covered_ = true;
    else
      by_last_axis_[last].push_back(&exclusion);
  }

  std::span<const std::uint32_t> sizes_;
  const Digits from_;
  Digits digits_;
  std::vector<std::vector<const Exclusion*>> by_last_axis_;
  std::deque<Exclusion> learned_;
  bool found_ = false, all_covered_ = false;
};

}  // namespace

std::optional<Digits> first_uncovered(std::span<const std::uint32_t> sizes, std::span<const Exclusion> exclusions,
                                      Digits from) {
  return Walk(sizes, exclusions, std::move(from)).run();
}

}  // namespace stormsweep
