#include "worker/staging/stage_routes.hpp"

#include <algorithm>

namespace stormsweep {

namespace {

int turn(const std::vector<int>& places, std::int64_t number) {
  return places[static_cast<std::size_t>(number) % places.size()];
}

}  // namespace

std::vector<int> StageRoutes::places(int machine) const {
  std::vector<int> places;
  for (int place = 0; place < static_cast<int>(machines.size()); ++place) {
    if (this->machine(place) == machine) places.push_back(place);
  }
  return places;
}

bool StageRoutes::held_on(int machine, std::int64_t number) const {
  return std::ranges::any_of(holders.at(number), [&](int holder) { return this->machine(holder) == machine; });
}

std::vector<std::int64_t> StageRoutes::fetched(int to) const {
  std::vector<std::int64_t> numbers;
  const std::vector<int> fetchers = mates(to);
  for (const std::int64_t number : wanted[static_cast<std::size_t>(machine(to))]) {
    if (turn(fetchers, number) == to && !held_beside(to, number)) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::int64_t> StageRoutes::shipment(int from, int to) const {
  std::vector<std::int64_t> numbers = fetched(to);
  std::erase_if(numbers, [&](std::int64_t number) { return turn(holders.at(number), number) != from; });
  return numbers;
}

std::vector<std::int64_t> StageRoutes::wanted_by_all() const {
  std::vector<std::int64_t> numbers(wanted[0].begin(), wanted[0].end());
  std::erase_if(numbers, [&](std::int64_t number) {
    return !std::ranges::all_of(wanted, [&](const auto& those) { return those.contains(number); });
  });
  return numbers;
}

std::optional<StageRoutes::Ring> StageRoutes::ring(int place) const {
  const int count = static_cast<int>(wanted.size()), next = (machine(place) + 1) % count;
  std::vector<std::vector<int>> ranks;
  for (int machine = 0; machine < count; ++machine) ranks.push_back(places(machine));
  const std::vector<int>& ours = ranks[static_cast<std::size_t>(machine(place))];
  const auto lane = static_cast<std::size_t>(std::ranges::find(ours, place) - ours.begin());
  const std::size_t lanes = std::ranges::min_element(ranks, {}, &std::vector<int>::size)->size();
  if (count < 2 || lane >= lanes) return std::nullopt;

  const int before = (machine(place) + count - 1) % count;
  Ring ring{ranks[static_cast<std::size_t>(next)][lane], ranks[static_cast<std::size_t>(before)][lane], {}, {}};
  for (const std::int64_t number : wanted_by_all()) {
    if (static_cast<std::size_t>(number) % lanes != lane) continue;
    if (!held_on(next, number)) ring.handed.push_back(number);
    if (!held_beside(place, number)) ring.fetched.push_back(number);
  }
  return ring;
}

void StageRoutes::leave_to_rings() {
  const std::vector<std::int64_t> numbers = wanted_by_all();
  for (auto& those : wanted) {
    for (const std::int64_t number : numbers) those.erase(number);
  }
}

}  // namespace stormsweep
