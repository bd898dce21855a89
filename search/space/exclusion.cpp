#include "search/space/exclusion.hpp"

#include <algorithm>
#include <iterator>

namespace stormsweep {

bool Exclusion::Term::covers(std::span<const std::uint32_t> point) const {
  return std::binary_search(digits.begin(), digits.end(), point[axis]);
}

bool Exclusion::covers(std::span<const std::uint32_t> digits) const {
  return std::all_of(terms.begin(), terms.end(), [&](const Term& term) { return term.covers(digits); });
}

const Exclusion::Term* Exclusion::on(std::size_t axis) const {
  const auto found = std::find_if(terms.begin(), terms.end(), [&](const Term& term) { return term.axis == axis; });
  return found == terms.end() ? nullptr : &*found;
}

std::optional<Exclusion> intersection(const Exclusion& a, const Exclusion& b) {
  Exclusion both;
  for (const Exclusion::Term& term : a.terms) {
    both.terms.push_back(term);
    const Exclusion::Term* const other = b.on(term.axis);
    if (!other) continue;
    auto& common = both.terms.back().digits;
    common.clear();
    std::set_intersection(term.digits.begin(), term.digits.end(), other->digits.begin(), other->digits.end(),
                          std::back_inserter(common));
    if (common.empty()) return std::nullopt;
  }
  for (const Exclusion::Term& term : b.terms)
    if (!a.on(term.axis)) both.terms.push_back(term);
  return both;
}

}  // namespace stormsweep
