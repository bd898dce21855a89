#include "master/schedule/free_times.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

namespace stormsweep {

namespace {

/// The first number from `first` on for which `has` is false, `last` at most; `has` must be true for all before it.
template <class Has>
std::size_t first_without(std::size_t first, std::size_t last, const Has& has) {
  const auto numbers = std::views::iota(first, std::max(first, last));
  return first + static_cast<std::size_t>(std::ranges::partition_point(numbers, has) - numbers.begin());
}

}  // namespace

void FreeTimes::set(WorkerId id, Seconds until, Seconds more) {
  erase(id);
  entries_[id.value - 1] = {until, more, false};
  if (more > Seconds(0)) untils_.insert({until, id});
  ends_.insert({until + more, id});
}

void FreeTimes::erase(WorkerId id) {
  auto& entry = entries_[id.value - 1];
  if (!entry) return;
  if (entry->late) {
    late_.erase({entry->more, id});
  } else {
    untils_.erase({entry->until, id});
    ends_.erase({entry->until + entry->more, id});
  }
  entry.reset();
}

void FreeTimes::look_at_clock(Seconds now) {
  while (!untils_.empty() && untils_.begin()->first <= now) {
    const WorkerId id = untils_.begin()->second;
    Entry& entry = *entries_[id.value - 1];
    untils_.erase(untils_.begin());
    ends_.erase({entry.until + entry.more, id});
    late_.insert({entry.more, id});
    entry.late = true;
  }
}

std::optional<FreeTimes::Moment> FreeTimes::nth(std::size_t n, Seconds now, std::size_t most) {
  look_at_clock(now);
  if (n > ends_.size() + late_.size()) return std::nullopt;
  const auto end = [&](std::size_t i) { return std::max(now, ends_.find_by_order(i)->first); };
  const auto late = [&](std::size_t i) { return now + late_.find_by_order(i)->first; };

  // How many of the first n workers are late: the smallest number for which no further late one is free before the ends
  // that make up the rest.
  const std::size_t fewest = n - std::min(n, ends_.size());
  const std::size_t late_ones = first_without(fewest, std::min(n, late_.size()),
                                              [&](std::size_t i) { return n > i && end(n - i - 1) > late(i); });
  const std::size_t ends = n - late_ones;
  Moment moment{std::max(ends > 0 ? end(ends - 1) : now, late_ones > 0 ? late(late_ones - 1) : now), 0};

  constexpr WorkerId last{std::numeric_limits<std::uint64_t>::max()};
  const std::size_t ended = ends_.order_of_key({moment.at, last});
  const std::size_t late_by_then =
      first_without(late_ones, late_.size(), [&](std::size_t i) { return late(i) <= moment.at; });
  moment.others = std::min(most, ended + late_by_then - n);
  return moment;
}

}  // namespace stormsweep
