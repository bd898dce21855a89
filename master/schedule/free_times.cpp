#include "master/schedule/free_times.hpp"

#include <algorithm>

namespace stormsweep {

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

std::optional<FreeTimes::Moment> FreeTimes::nth(std::size_t n, Seconds now, std::size_t most) {
  while (!untils_.empty() && untils_.begin()->first <= now) {
    const WorkerId id = untils_.begin()->second;
    Entry& entry = *entries_[id.value - 1];
    untils_.erase(untils_.begin());
    ends_.erase({entry.until + entry.more, id});
    late_.insert({entry.more, id});
    entry.late = true;
  }
  if (n > ends_.size() + late_.size()) return std::nullopt;

  auto end = ends_.begin();
  auto late = late_.begin();
  const auto next = [&]() -> std::optional<Seconds> {
    if (late != late_.end() && (end == ends_.end() || now + late->first <= end->first)) return now + (late++)->first;
    return end == ends_.end() ? std::nullopt : std::optional(std::max(now, (end++)->first));
  };
  for (std::size_t i = 1; i < n; ++i) next();
  Moment moment{*next(), 0};
  while (moment.others < most && next() == moment.at) ++moment.others;
  return moment;
}

}  // namespace stormsweep
