#include "search/methods/bracket.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace stormsweep;

namespace {

using Members = std::vector<Bracket::Decided::Member>;

/// The twin: which members reach each rung if every rung is awaited, sorted and cut.
std::vector<std::set<std::uint64_t>> reached(const std::vector<std::uint64_t>& sizes,
                                             const std::vector<std::vector<std::optional<double>>>& losses) {
  std::vector<std::set<std::uint64_t>> rungs(sizes.size());
  for (std::uint64_t i = 0; i < sizes[0]; ++i) rungs[0].insert(i);
  for (std::size_t rung = 0; rung + 1 < sizes.size(); ++rung) {
    std::vector<std::pair<double, std::uint64_t>> order;
    for (const std::uint64_t i : rungs[rung])
      if (losses[rung][i]) order.emplace_back(*losses[rung][i], i);
    std::sort(order.begin(), order.end());
    order.resize(std::min<std::size_t>(order.size(), sizes[rung + 1]));
    for (const auto& each : order) rungs[rung + 1].insert(each.second);
  }
  return rungs;
}

}  // namespace

TEST_CASE("one of eta goes on, and one at least") {
  CHECK(survivors(81, 5, 3) == std::vector<std::uint64_t>{81, 27, 9, 3, 1});
  CHECK(survivors(34, 4, 3) == std::vector<std::uint64_t>{34, 11, 3, 1});  // Li et al. 2018, table 1
  CHECK(survivors(5, 1, 3) == std::vector<std::uint64_t>{5});
  CHECK(survivors(2, 4, 3) == std::vector<std::uint64_t>{2, 1, 1, 1});
}

TEST_CASE("four members of which two go on, by hand") {
  Bracket bracket({4, 2, 1});
  auto decided = bracket.end({3}, 0, 0.5);
  CHECK(decided.go_on.empty());
  decided = bracket.end({1}, 0, 0.2);  // two unfinished members could both be better
  CHECK(decided.go_on.empty());
  decided = bracket.end({0}, 0, 0.4);  // 3 is out: two are better; 1 has a place whatever 2 does
  CHECK(decided.go_on == Members{{{1}, 0}});
  CHECK(decided.out == Members{{{3}, 0}});
  decided = bracket.end({1}, 1, 0.1);
  CHECK(decided.go_on.empty());
  decided = bracket.end({2}, 0, 0.4);  // a tie: 0 has the lower number
  CHECK(decided.go_on == Members{{{0}, 0}});
  CHECK(decided.out == Members{{{2}, 0}});
  CHECK_FALSE(bracket.over());
  decided = bracket.end({0}, 1, std::nullopt);
  CHECK(decided.go_on == Members{{{1}, 1}});
  CHECK_FALSE(bracket.over());
  bracket.end({1}, 2, 0.1);
  CHECK(bracket.over());
}

TEST_CASE("where too few have a value, fewer go on") {
  Bracket bracket({3, 2, 1});
  bracket.end({0}, 0, std::nullopt);
  bracket.end({1}, 0, std::nullopt);
  CHECK(bracket.end({2}, 0, 1.0).go_on == Members{{{2}, 0}});
  CHECK(bracket.end({2}, 1, std::nullopt).go_on.empty());
  CHECK(bracket.over());
}

TEST_CASE("whatever the order, the same as awaiting each rung") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const auto sizes = survivors(1 + random() % 40, 1 + random() % 4, 2 + random() % 3);
    std::vector<std::vector<std::optional<double>>> losses(sizes.size());
    for (auto& rung : losses)
      for (std::uint64_t i = 0; i < sizes[0]; ++i)
        rung.push_back(random() % 8 ? std::optional(static_cast<double>(random() % 10)) : std::nullopt);  // with ties

    Bracket bracket(sizes);
    std::vector<std::pair<std::uint64_t, std::size_t>> running;  // member, rung
    for (std::uint64_t i = 0; i < sizes[0]; ++i) running.emplace_back(i, 0);
    std::vector<std::set<std::uint64_t>> rungs(sizes.size());
    std::map<std::size_t, std::set<std::uint64_t>> out;
    while (!running.empty()) {
      REQUIRE_FALSE(bracket.over());
      std::swap(running[random() % running.size()], running.back());
      const auto [member, rung] = running.back();
      running.pop_back();
      rungs[rung].insert(member);
      const auto decided = bracket.end({member}, rung, losses[rung][member]);
      for (const auto& each : decided.go_on) running.emplace_back(each.id.value, each.rung + 1);
      for (const auto& each : decided.out) CHECK(out[each.rung].insert(each.id.value).second);
    }
    CHECK(bracket.over());
    const auto twin = reached(sizes, losses);
    CHECK(rungs == twin);
    for (std::size_t rung = 0; rung + 1 < sizes.size(); ++rung)  // members with a value that do not go on are out once
      for (const std::uint64_t member : twin[rung])
        CHECK(out[rung].contains(member) == (losses[rung][member] && !twin[rung + 1].contains(member)));
  }
}
