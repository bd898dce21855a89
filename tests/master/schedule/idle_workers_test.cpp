#include "master/schedule/idle_workers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace stormsweep;

namespace {

/// A brute-force twin of IdleWorkers, which looks at all workers.
std::vector<WorkerId> by_a_look_at_all(const std::map<WorkerId, std::string>& idle, std::size_t gang) {
  std::map<std::string, std::vector<WorkerId>> on_host;
  for (const auto& [id, host] : idle) on_host[host].push_back(id);
  std::vector<std::pair<std::string, std::vector<WorkerId>>> hosts(on_host.begin(), on_host.end());
  const auto fitter = [gang](const auto& a, const auto& b) {
    const std::size_t x = a.second.size(), y = b.second.size();
    if (x >= gang && y >= gang) return x < y;
    return x > y;
  };
  std::stable_sort(hosts.begin(), hosts.end(), fitter);
  std::vector<WorkerId> members;
  for (const auto& [host, workers] : hosts) members.insert(members.end(), workers.begin(), workers.end());
  members.resize(gang);
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace

TEST_CASE("idle workers: the fewest that suffice on one host, else few hosts") {
  IdleWorkers idle;
  const char* const hosts[] = {"a", "b", "b", "c", "c", "c"};
  for (std::uint64_t i = 0; i < 6; ++i) idle.insert(WorkerId{i + 1}, hosts[i]);
  using Members = std::vector<WorkerId>;
  CHECK(idle.choose(1) == Members{WorkerId{1}});
  CHECK(idle.choose(2) == Members{WorkerId{2}, WorkerId{3}});
  CHECK(idle.choose(3) == Members{WorkerId{4}, WorkerId{5}, WorkerId{6}});
  CHECK(idle.choose(4) == Members{WorkerId{2}, WorkerId{4}, WorkerId{5}, WorkerId{6}});
  idle.erase(WorkerId{5}, "c");
  CHECK(idle.choose(3) == Members{WorkerId{2}, WorkerId{3}, WorkerId{4}});  // b before c
}

TEST_CASE("idle workers: the same choice as by looking at all of them") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::size_t workers = 1 + random() % 40, hosts = 1 + random() % 8;
    std::vector<std::string> host;
    for (std::size_t i = 0; i <= workers; ++i) host.push_back("host" + std::to_string(random() % hosts));
    IdleWorkers idle;
    std::map<WorkerId, std::string> twin;
    for (int step = 0; step < 400; ++step) {
      const WorkerId id{1 + random() % workers};
      const std::string& its = host[id.value];
      if (twin.erase(id) > 0)
        idle.erase(id, its);
      else
        idle.insert(id, its), twin.emplace(id, its);
      if (twin.empty()) continue;
      const std::size_t gang = 1 + random() % twin.size();
      REQUIRE(idle.choose(gang) == by_a_look_at_all(twin, gang));
    }
  }
}
