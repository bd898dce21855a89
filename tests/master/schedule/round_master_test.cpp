#include "master/schedule/round_master.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "tests/master/schedule/actions.hpp"
#include "tests/master/schedule/numbered.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A source that the test fills.
struct Rounds {
  std::deque<Training> ready;
  Supply::Later later = Supply::Later::when_others_end;

  RoundMaster::Source source() {
    return [this]() -> Supply {
      if (ready.empty()) return later;
      Training training = ready.front();
      ready.pop_front();
      return std::optional(training);
    };
  }
};

std::vector<std::vector<std::uint64_t>> assigned(const std::vector<Action>& actions, std::size_t workers) {
  std::vector<std::vector<std::uint64_t>> ids(workers);
  for (const auto& assign : all<action::Assign>(actions))
    for (const Training& each : assign.trainings) ids[assign.worker.value - 1].push_back(each.id.value);
  return ids;
}

std::optional<Seconds> unknown(const Training&) {
  return std::nullopt;
}

std::vector<Action> join_all(RoundMaster& master, std::size_t workers) {
  std::vector<Action> last;
  for (std::uint64_t rank = 1; rank <= workers; ++rank) last = master.on(event::Joined{WorkerId{rank}}, Seconds(0));
  return last;
}

}  // namespace

TEST_CASE("a round is dealt at once, and the next when all of it has ended and been learned") {
  Rounds rounds;
  rounds.ready = {training(0), training(1), training(2)};
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  CHECK(master.on(event::Joined{w1}, Seconds(0)).empty());  // not before all are there
  const auto dealt = master.on(event::Joined{w2}, Seconds(0));
  CHECK(assigned(dealt, 2) == std::vector<std::vector<std::uint64_t>>{{0}, {1, 2}});
  CHECK(all<action::Began>(dealt).size() == 2);
  CHECK(master.running() == 2);

  CHECK(all<action::Record>(master.on(event::Finished{w1, {0}, 0}, Seconds(1))).size() == 1);
  rounds.ready = {training(7)};
  CHECK(all<action::Assign>(master.on(event::Supplied{}, Seconds(1))).empty());  // 1 and 2 still run
  const auto second = master.on(event::Finished{w2, {1}, 0}, Seconds(1));
  CHECK(all<action::Began>(second).at(0).training.id.value == 2);
  CHECK(all<action::Assign>(master.on(event::Finished{w2, {2}, 0}, Seconds(2))).empty());  // not learned yet
  CHECK(assigned(master.on(event::Supplied{}, Seconds(2)), 2) == std::vector<std::vector<std::uint64_t>>{{7}, {}});
  rounds.later = Supply::Later::never;
  master.on(event::Finished{w1, {7}, 0}, Seconds(3));
  CHECK(all<action::Stop>(master.on(event::Supplied{}, Seconds(3))).size() == 2);
  master.on(event::Stopped{w1}, Seconds(4));
  CHECK(all<action::End>(master.on(event::Stopped{w2}, Seconds(4))).at(0).ending == Ending::done);
}

TEST_CASE("a source that is still computing is waited for, and a round is not dealt without its result") {
  Rounds rounds;
  rounds.ready = {training(0)};
  rounds.later = Supply::Later::by_itself;
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  CHECK(all<action::Assign>(join_all(master, 2)).empty());
  rounds.ready = {training(1)};
  rounds.later = Supply::Later::when_others_end;
  CHECK(assigned(master.on(event::Supplied{}, Seconds(1)), 2) == std::vector<std::vector<std::uint64_t>>{{0}, {1}});
}

TEST_CASE("where times are known, the longest go first to whoever has least") {
  Rounds rounds;
  for (std::uint64_t id = 0; id < 5; ++id) rounds.ready.push_back(training(id));
  const auto expected = [](const Training& t) {
    return std::optional(Seconds(std::vector<double>{1, 2, 3, 4, 8}[t.id.value]));
  };
  RoundMaster master({.workers = 2}, rounds.source(), expected, Seconds(0));
  CHECK(assigned(join_all(master, 2), 2) == std::vector<std::vector<std::uint64_t>>{{4, 0}, {3, 2, 1}});  // 9 and 9
}

TEST_CASE("gangs are ranks in a row, the largest first; a failure sends its mates on") {
  Rounds rounds;
  rounds.ready = {training(0), training(1, {}, 2), training(2, {}, 3)};
  RoundMaster master({.workers = 3}, rounds.source(), unknown, Seconds(0));
  const auto dealt = join_all(master, 3);
  const auto gangs = all<action::AssignGang>(dealt);
  REQUIRE(gangs.size() == 2);
  CHECK(gangs[0].members == std::vector{w1, w2, w3});
  CHECK(gangs[1].members == std::vector{w1, w2});
  CHECK(gangs[0].gang < gangs[1].gang);
  CHECK(assigned(dealt, 3) == std::vector<std::vector<std::uint64_t>>{{0}, {}, {}});

  // The third gang's failure is recorded once, however many members report it.
  const auto failed = master.on(event::Finished{w3, {2}, 0, true}, Seconds(1));
  CHECK(all<action::Record>(failed).size() == 1);
  CHECK(all<action::Abandon>(failed).size() == 2);
  CHECK(all<action::Record>(master.on(event::Finished{w2, {2}, 0, true}, Seconds(1))).empty());
  master.on(event::Left{w3, gangs[0].gang}, Seconds(1));
  master.on(event::Left{w2, gangs[0].gang}, Seconds(1));
  // The second worker fails in the next gang before its mate has joined that; the mate is told when it does.
  const auto early = master.on(event::Finished{w2, {1}, 0, true}, Seconds(2));
  CHECK(all<action::Record>(early).size() == 1);
  CHECK(all<action::Abandon>(early).empty());
  const auto came = all<action::Abandon>(master.on(event::Left{w1, gangs[0].gang}, Seconds(3)));
  REQUIRE(came.size() == 1);
  CHECK(came[0].worker == w1);
  CHECK(came[0].gang == gangs[1].gang);
  master.on(event::Left{w2, gangs[1].gang}, Seconds(3));
  const auto last = master.on(event::Left{w1, gangs[1].gang}, Seconds(3));
  CHECK(all<action::Began>(last).at(0).training.id.value == 0);
  CHECK(master.running() == 1);
}

TEST_CASE("a mate fails over a later milestone before the leader tells of an earlier one") {
  Rounds rounds;
  Training shared = training(0, {}, 2);
  shared.milestones = {5, 10};
  rounds.ready = {shared};
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  const std::uint64_t gang = all<action::AssignGang>(join_all(master, 2)).at(0).gang;
  const auto failed = master.on(event::Finished{w2, {0}, 1, true}, Seconds(1));
  CHECK(all<action::Record>(failed).at(0).milestone == 1);
  CHECK(all<action::Abandon>(failed).at(0).worker == w1);
  master.on(event::Left{w2, gang}, Seconds(1));
  SUBCASE("both count") {
    CHECK(all<action::Record>(master.on(event::Finished{w1, {0}, 0}, Seconds(1))).at(0).milestone == 0);
    CHECK(all<action::Stop>(master.on(event::Left{w1, gang}, Seconds(1))).size() == 2);
  }
  SUBCASE("the leader leaves without a word: again in the next round") {
    const auto again = all<action::AssignGang>(master.on(event::Left{w1, gang}, Seconds(1)));
    REQUIRE(again.size() == 1);
    CHECK((again[0].training == shared && again[0].gang > gang));
  }
}

TEST_CASE("a mate that stays in a gang for long though all is complete is told to leave") {
  Rounds rounds;
  rounds.ready = {training(0, {}, 2)};
  RoundMaster master({.workers = 2, .lost_after = Seconds(1000)}, rounds.source(), unknown, Seconds(0));
  const std::uint64_t gang = all<action::AssignGang>(join_all(master, 2)).at(0).gang;
  master.on(event::Finished{w1, {0}, 0}, Seconds(1));
  master.on(event::Left{w1, gang}, Seconds(1));
  CHECK(master.on(event::Tick{}, Seconds(301)).empty());
  const auto told = master.on(event::Tick{}, Seconds(302));
  REQUIRE(told.size() == 1);
  CHECK(all<action::Abandon>(told).at(0).worker == w2);
  CHECK(all<action::Stop>(master.on(event::Left{w2, gang}, Seconds(303))).size() == 2);
}

TEST_CASE("a leader fails whose mate is through with its turns") {
  Rounds rounds;
  rounds.ready = {training(0, {}, 2)};
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  const std::uint64_t gang = all<action::AssignGang>(join_all(master, 2)).at(0).gang;
  master.on(event::Left{w2, gang}, Seconds(1));
  const auto failed = master.on(event::Finished{w1, {0}, 0, true}, Seconds(1));
  CHECK(all<action::Record>(failed).size() == 1);
  CHECK(all<action::Abandon>(failed).empty());
}

TEST_CASE("ranks that are in gangs of several sizes come to each in one order, and the round ends") {
  for (const auto& [workers, small, large] :
       {std::tuple{6u, 2u, 3u}, std::tuple{8u, 3u, 4u}, std::tuple{10u, 2u, 5u}, std::tuple{12u, 4u, 6u}}) {
    CAPTURE(workers);
    Rounds rounds;
    for (std::uint64_t id = 0; id < 12; ++id)
      rounds.ready.push_back(training(id, {}, std::vector{small, large, 1u}[id % 3]));
    rounds.later = Supply::Later::never;
    RoundMaster master({.workers = workers}, rounds.source(), unknown, Seconds(0));
    std::map<WorkerId, std::deque<action::AssignGang>> queues;  // a single training has number 0, and itself as leader
    std::vector<std::uint64_t> recorded;
    const auto apply = [&](const std::vector<Action>& actions) {
      for (const auto& formed : all<action::AssignGang>(actions))
        for (const WorkerId member : formed.members) queues[member].push_back(formed);
      for (const auto& assign : all<action::Assign>(actions))
        for (const Training& each : assign.trainings) queues[assign.worker].push_back({0, {assign.worker}, each});
      for (const auto& record : all<action::Record>(actions)) recorded.push_back(record.training.id.value);
    };
    apply(join_all(master, workers));
    for (bool moved = true; std::exchange(moved, false);) {
      for (std::uint64_t rank = 1; rank <= workers; ++rank) {
        if (queues[{rank}].empty() || queues[{rank}].front().members[0] != WorkerId{rank}) continue;
        const auto front = queues[{rank}].front();
        const auto there = [&](WorkerId m) { return !queues[m].empty() && queues[m].front().gang == front.gang; };
        if (!std::all_of(front.members.begin(), front.members.end(), there)) continue;
        apply(master.on(event::Finished{{rank}, front.training.id, 0}, Seconds(1)));
        for (const WorkerId member : front.members) {
          queues[member].pop_front();
          if (front.gang > 0) apply(master.on(event::Left{member, front.gang}, Seconds(1)));
        }
        moved = true;
      }
    }
    CHECK(recorded.size() == 12);
    CHECK(std::set(recorded.begin(), recorded.end()).size() == 12);
    CHECK(all<action::Stop>(master.on(event::Supplied{}, Seconds(2))).size() == workers);
  }
}

TEST_CASE("a gang larger than the job leaves the search short-handed") {
  Rounds rounds;
  rounds.ready = {training(0), training(1, {}, 3)};
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  CHECK(assigned(join_all(master, 2), 2) == std::vector<std::vector<std::uint64_t>>{{0}, {}});
  master.on(event::Finished{w1, {0}, 0}, Seconds(1));
  master.on(event::Supplied{}, Seconds(1));
  master.on(event::Stopped{w1}, Seconds(1));
  CHECK(all<action::End>(master.on(event::Stopped{w2}, Seconds(1))).at(0).ending == Ending::short_handed);
}

TEST_CASE("a drain: what the ranks complete before they hear of it is recorded, what fails then is not") {
  Rounds rounds;
  rounds.ready = {training(0, {}, 2), training(1), training(2), training(3), training(4)};
  RoundMaster master({.workers = 2}, rounds.source(), unknown, Seconds(0));
  const std::uint64_t gang = all<action::AssignGang>(join_all(master, 2)).at(0).gang;
  CHECK(all<action::Stop>(master.on(event::Drain{}, Seconds(1))).size() == 2);
  CHECK(master.running() == 0);
  CHECK(master.on(event::Finished{w2, {0}, 0, true}, Seconds(1)).empty());  // its mate had stopped
  CHECK(all<action::Record>(master.on(event::Finished{w1, {0}, 0}, Seconds(1))).size() == 1);
  CHECK(master.on(event::Left{w1, gang}, Seconds(1)).empty());
  const auto alone = master.on(event::Finished{w1, {1}, 0}, Seconds(1));
  REQUIRE(alone.size() == 1);
  CHECK(all<action::Record>(alone).size() == 1);
  master.on(event::Stopped{w1}, Seconds(1));
  CHECK(all<action::End>(master.on(event::Stopped{w2}, Seconds(1))).at(0).ending == Ending::drained);
}

TEST_CASE("the loss of a rank ends the job and raises the attempt of its training") {
  Rounds rounds;
  rounds.ready = {training(0), training(1)};
  RoundMaster master({.workers = 2, .lost_after = Seconds(10)}, rounds.source(), unknown, Seconds(0));
  join_all(master, 2);
  master.on(event::Heard{w1}, Seconds(11));
  const auto actions = master.on(event::Tick{}, Seconds(11));
  const auto lost = all<action::Lost>(actions);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].worker == w2);
  CHECK(lost[0].training->id.value == 1);
  CHECK(lost[0].training->attempt == 2);
  CHECK(all<action::Stop>(actions).at(0).worker == w1);
  CHECK(all<action::End>(master.on(event::Stopped{w1}, Seconds(12))).at(0).ending == Ending::rank_lost);
}
