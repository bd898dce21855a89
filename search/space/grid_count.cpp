#include "search/space/grid_count.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace stormsweep {

namespace {

constexpr std::uint64_t most_steps = 4'000'000;  // a step tests one exclusion at one digit

using Open = std::vector<std::uint32_t>;  ///< numbers of the exclusions that may still cover, given the digits so far

class Count {
 public:
  Count(std::span<const std::uint32_t> sizes, std::span<const Exclusion> exclusions)
      : sizes_(sizes), exclusions_(exclusions), order_(sizes.size()), last_(exclusions.size()) {
    std::vector<std::size_t> names(sizes.size());
    for (const Exclusion& exclusion : exclusions)
      for (const Exclusion::Term& term : exclusion.terms) ++names[term.axis];
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return names[a] > names[b]; });
    for (std::size_t e = 0; e < exclusions.size(); ++e)
      for (std::size_t number = 0; number < order_.size(); ++number)
        if (exclusions_[e].on(order_[number])) last_[e] = number;
    beneath_.assign(order_.size() + 1, 1);
    for (std::size_t number = order_.size(); number-- > 0;)
      beneath_[number] = beneath_[number + 1] * sizes_[order_[number]];
  }

  std::optional<std::uint64_t> run() {
    if (std::any_of(exclusions_.begin(), exclusions_.end(), [](const Exclusion& e) { return e.terms.empty(); }))
      return 0;
    Open all(exclusions_.size());
    std::iota(all.begin(), all.end(), 0);
    const std::uint64_t count = beneath(0, all);
    return steps_ <= most_steps ? std::optional(count) : std::nullopt;
  }

 private:
  /// Points not excluded that share the digits chosen on all axes before this number.
  std::uint64_t beneath(std::size_t number, const Open& open) {
    if (open.empty() || steps_ > most_steps) return beneath_[number];
    if (const auto known = known_.find({number, open}); known != known_.end()) return known->second;
    std::map<Open, std::uint64_t> digits;  // how many digits leave each set open
    for (std::uint32_t digit = 0; digit < sizes_[order_[number]] && steps_ <= most_steps; ++digit)
      if (auto left = after(number, open, digit)) ++digits[*std::move(left)];
    std::uint64_t count = 0;
    for (const auto& [left, times] : digits) count += times * beneath(number + 1, left);
    return known_[{number, open}] = count;
  }

  /// Nothing where one of `open` covers all points beneath.
  std::optional<Open> after(std::size_t number, const Open& open, std::uint32_t digit) {
    Open left;
    for (const std::uint32_t exclusion : open) {
      ++steps_;
      const Exclusion::Term* term = exclusions_[exclusion].on(order_[number]);
      if (term && !std::binary_search(term->digits.begin(), term->digits.end(), digit)) continue;
      if (last_[exclusion] == number) return std::nullopt;
      left.push_back(exclusion);
    }
    return left;
  }

  std::span<const std::uint32_t> sizes_;
  std::span<const Exclusion> exclusions_;
  std::vector<std::size_t> order_;      ///< of axes
  std::vector<std::size_t> last_;       ///< of each exclusion, the place in `order_` of its last axis
  std::vector<std::uint64_t> beneath_;  ///< points beneath a place in `order_`, excluded ones included
  std::map<std::pair<std::size_t, Open>, std::uint64_t> known_;
  std::uint64_t steps_ = 0;
};

}  // namespace

std::optional<std::uint64_t> count_uncovered(std::span<const std::uint32_t> sizes,
                                             std::span<const Exclusion> exclusions) {
  return Count(sizes, exclusions).run();
}

}  // namespace stormsweep
