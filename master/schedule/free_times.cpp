#include "master/schedule/free_times.hpp"

#include <algorithm>

namespace stormsweep {

void FreeTimes::set(WorkerId id, Seconds until, Seconds more) {
  erase(id);
  entries_[id.value - 1] = {until, more, false};
  untils_.insert({until, id});
  ends_.insert({until + more, id});
}

void FreeTimes::erase(WorkerId id) {
  auto& entry = entries_[id.value - 1];
  if (!entry) return;
  if (entry->overdue) {
    overdue_.erase({entry->more, id});
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
    overdue_.insert({entry.more, id});
    entry.overdue = true;
  }
  if (n > ends_.size() + overdue_.size()) return std::nullopt;

  auto end = ends_.begin();
  auto overdue = overdue_.begin();
  const auto next = [&]() -> std::optional<Seconds> {
    const bool late = overdue != overdue_.end();
    if (late && (end == ends_.end() || now + overdue->first <= end->first)) return now + (overdue++)->first;
    return end == ends_.end() ? std::nullopt : std::optional((end++)->first);
  };
  for (std::size_t i = 1; i < n; ++i) next();
  Moment moment{*next(), 0};
  while (moment.others < most && next() == moment.at) ++moment.others;
  return moment;
}

}  // namespace stormsweep
