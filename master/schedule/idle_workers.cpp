#include "master/schedule/idle_workers.hpp"

#include <algorithm>
#include <cassert>
#include <ranges>

namespace stormsweep {

void IdleWorkers::insert(WorkerId id, const std::string& host) {
  Workers& workers = on_host_[host];
  workers.insert(id);
  count(host, workers.size() - 1, workers.size());
}

void IdleWorkers::erase(WorkerId id, const std::string& host) {
  Workers& workers = on_host_.at(host);
  workers.erase(id);
  count(host, workers.size() + 1, workers.size());
}

void IdleWorkers::count(const std::string& host, std::size_t before, std::size_t after) {
  if (after > 0) hosts_[after].insert(host);
  if (before == 0) return;
  const auto old = hosts_.find(before);
  old->second.erase(host);
  if (old->second.empty()) hosts_.erase(old);
}

std::vector<WorkerId> IdleWorkers::choose(std::size_t gang) const {
  std::vector<WorkerId> members;
  const auto take = [&](const std::string& host) {
    const Workers& workers = on_host_.at(host);
    const std::size_t wanted = std::min(gang - members.size(), workers.size());
    std::ranges::copy(workers | std::views::take(wanted), std::back_inserter(members));
  };
  if (const auto enough = hosts_.lower_bound(gang); enough != hosts_.end()) {
    take(*enough->second.begin());
    return members;
  }
  for (const auto& [idle, hosts] : std::views::reverse(hosts_)) {
    for (const std::string& host : hosts) {
      if (members.size() == gang) break;
      take(host);
    }
  }
  assert(members.size() == gang);
  std::ranges::sort(members);
  return members;
}

}  // namespace stormsweep
