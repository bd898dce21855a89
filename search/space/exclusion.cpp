#include "search/space/exclusion.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stormsweep {

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

}  // namespace stormsweep
