#include "worker/staging/stage_routes.hpp"

#include <map>

#include "tests/worker/staging/stage_scene.hpp"

namespace stormsweep {

/// Brute-force check of the shipments: after them every machine has what it wants, each file once, from a holder.
void routes_contract(const MpiChannel& channel) {
  std::mt19937 random(1);
  bool right = true;
  for (int round = 0; round < 200; ++round) {
    StageRoutes routes;
    const int places = 1 + static_cast<int>(random() % 7), files = 20;
    int machines = 0;
    for (int place = 0; place < places; ++place)
      routes.machines.push_back(random() & 1 && place > 0 ? place % machines : machines++);
    routes.wanted.resize(static_cast<std::size_t>(machines));
    std::multiset<std::pair<int, std::int64_t>> expected, arrived;
    for (std::int64_t number = 0; number < files; ++number) {
      routes.holders[number] = {static_cast<int>(random() % static_cast<unsigned>(places))};
      for (const int machine : std::set<int>(routes.machines.begin(), routes.machines.end())) {
        if (number % 4 == 0 || random() % 3 == 0) routes.wanted[static_cast<std::size_t>(machine)].insert(number);
        const auto holder = static_cast<std::size_t>(routes.holders[number][0]);
        if (routes.wanted[static_cast<std::size_t>(machine)].contains(number) && routes.machines[holder] != machine)
          expected.emplace(machine, number);
      }
    }
    for (int place = 0; place < places; ++place) {
      const auto ring = routes.ring(place);
      if (!ring) continue;
      for (const std::int64_t number : ring->handed) arrived.emplace(routes.machine(ring->to), number);
      const auto next = routes.ring(ring->to);
      right &= next && next->from == place && next->fetched == ring->handed;
    }
    routes.leave_to_rings();
    for (int from = 0; from < places; ++from) {
      for (int to = 0; to < places; ++to) {
        for (const std::int64_t number : routes.shipment(from, to)) {
          arrived.emplace(routes.machines[static_cast<std::size_t>(to)], number);
          right &= routes.holders[number][0] == from && from != to;
        }
      }
    }
    right &= arrived == expected;
  }
  check(right, "every machine gets what it lacks, once, from who has it", channel);
}

}  // namespace stormsweep
