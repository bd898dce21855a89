// Trainings of several workers.
#include "master/schedule/dispatcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "tests/master/schedule/dispatcher_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

Training gang_training(std::uint64_t id, std::uint32_t gang) {
  Training t = training(id);
  t.gang = gang;
  return t;
}

/// Trainings 0, 1 ... of these gang sizes, with these milestones.
Dispatcher::Source gangs(std::vector<std::uint32_t> sizes, std::vector<std::int64_t> milestones = {}) {
  return [sizes, milestones, next = std::size_t{0}]() mutable -> std::optional<Training> {
    if (next == sizes.size()) return std::nullopt;
    Training training = gang_training(next, sizes[next]);
    training.milestones = milestones;
    ++next;
    return training;
  };
}

void join(Dispatcher& dispatcher, const std::vector<std::string>& hosts, std::vector<Action>& actions) {
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto more = dispatcher.on(event::Joined{WorkerId{i + 1}, hosts[i]}, Seconds(0));
    actions.insert(actions.end(), more.begin(), more.end());
  }
}

}  // namespace

TEST_CASE("a gang begins when enough workers are idle, and its members are free once they say so") {
  Dispatcher dispatcher({.workers = 2, .most_in_hand = 1}, gangs({2, 1}), Seconds(0));
  CHECK(all<action::AssignGang>(dispatcher.on(event::Joined{w2}, Seconds(0))).empty());
  const auto formed = all<action::AssignGang>(dispatcher.on(event::Joined{w1}, Seconds(0)));
  REQUIRE(formed.size() == 1);
  CHECK(formed[0].members == std::vector{w1, w2});
  CHECK(dispatcher.running() == 2);

  const auto finished = dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  REQUIRE(all<action::Record>(finished).size() == 1);
  CHECK(all<action::Record>(finished)[0].members == std::vector{w1, w2});
  CHECK(all<action::Assign>(finished).empty());
  CHECK(assigned(dispatcher.on(event::Left{w2, formed[0].gang}, Seconds(1)), w2) == training(1));
  CHECK(all<action::Stop>(dispatcher.on(event::Left{w1, formed[0].gang}, Seconds(1))).empty());
  CHECK(all<action::Stop>(dispatcher.on(event::Finished{w2, TrainingId{1}, 0}, Seconds(2))).size() == 2);
}

TEST_CASE("a gang takes ranks of one host first, the fullest fit") {
  Dispatcher dispatcher({.workers = 6, .most_in_hand = 1}, gangs({6, 2, 3}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "b", "a", "b", "a", "c"}, actions);
  const auto first = all<action::AssignGang>(actions);
  REQUIRE(first.size() == 1);
  actions.clear();
  dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  // All members count as busy until the last has left, so that those that left early do not form a smaller gang.
  for (const std::uint64_t w : {3, 4, 1, 2, 6, 5}) {
    const auto more = dispatcher.on(event::Left{WorkerId{w}, first[0].gang}, Seconds(1));
    actions.insert(actions.end(), more.begin(), more.end());
  }
  const auto next = all<action::AssignGang>(actions);
  REQUIRE(next.size() == 2);
  CHECK(next[0].training.id == TrainingId{1});
  CHECK(next[0].members == std::vector{w3, w4});  // the first two that were free, on different hosts
  CHECK(next[1].members == std::vector{w1, w2, WorkerId{6}});

  Dispatcher choosy({.workers = 6, .most_in_hand = 1}, gangs({1, 1, 1, 1, 1, 1, 2}), Seconds(0));
  actions.clear();
  join(choosy, {"a", "b", "a", "b", "a", "c"}, actions);
  actions.clear();
  // w6 and w1 are free first: their gang crosses hosts, as no other worker is idle.
  choosy.on(event::Finished{WorkerId{6}, TrainingId{5}, 0}, Seconds(1));
  const auto crossing = all<action::AssignGang>(choosy.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1)));
  REQUIRE(crossing.size() == 1);
  CHECK(crossing[0].members == std::vector{w1, WorkerId{6}});
}

TEST_CASE("idle workers on two hosts: the host on which the gang fits is taken") {
  std::vector<std::uint32_t> sizes{5, 2};
  Dispatcher dispatcher({.workers = 5, .most_in_hand = 1}, gangs(sizes), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "b", "a", "b", "b"}, actions);
  const std::uint64_t number = all<action::AssignGang>(actions).at(0).gang;
  // The gang fails as a whole: its members leave, and when the last one leaves several are idle.
  dispatcher.on(event::Finished{w1, TrainingId{0}, 0, true}, Seconds(1));
  actions = dispatcher.on(event::Left{w1, number}, Seconds(1));
  CHECK(all<action::AssignGang>(actions).empty());
  actions = dispatcher.on(event::Left{w2, number}, Seconds(1));
  CHECK(all<action::AssignGang>(actions).at(0).members == std::vector{w1, w2});
}

TEST_CASE("a gang that waits is not overtaken, except by what ends before it can begin") {
  const auto expected = [](const Training& t) -> std::optional<Seconds> {
    return Seconds(t.id.value == 0 ? 10 : t.id.value == 2 ? 20 : 3);
  };
  // 0: alone, 10 s. 1: wants both. 2: alone, 20 s, would delay it. 3: alone, 3 s, fits three times.
  Dispatcher dispatcher({.workers = 2, .most_in_hand = 1}, gangs({1, 2, 1, 1, 1}), Seconds(0), expected);
  CHECK(assigned(dispatcher.on(event::Joined{w1}, Seconds(0)), w1) == gang_training(0, 1));
  CHECK(assigned(dispatcher.on(event::Joined{w2}, Seconds(0)), w2) == gang_training(3, 1));
  CHECK(assigned(dispatcher.on(event::Finished{w2, TrainingId{3}, 0}, Seconds(3)), w2) == gang_training(4, 1));
  CHECK(all<action::Assign>(dispatcher.on(event::Finished{w2, TrainingId{4}, 0}, Seconds(6))).empty());
  const auto begun = all<action::AssignGang>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(10)));
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].training.id == TrainingId{1});

  SUBCASE("or by what leaves it enough workers when it can begin") {
    // 0: a gang of two, 10 s. 1: alone, 3 s. 2: a gang of two, begins at 10 s at the earliest, on the first two
    // workers.
    const auto long_ones = [](const Training& t) -> std::optional<Seconds> {
      return Seconds(t.id.value == 0 ? 10 : t.id.value == 1 ? 3 : 50);
    };
    Dispatcher roomy({.workers = 3, .most_in_hand = 1}, gangs({2, 1, 2, 1, 1}), Seconds(0), long_ones);
    std::vector<Action> actions;
    join(roomy, {"a", "a", "a"}, actions);
    CHECK(all<action::AssignGang>(actions).at(0).members == std::vector{w1, w2});
    CHECK(assigned(roomy.on(event::Finished{w3, TrainingId{1}, 0}, Seconds(3)), w3) == gang_training(3, 1));  // 50 s
  }
  SUBCASE("nor while a worker that it needs may join at any moment") {
    const auto long_ones = [](const Training& t) -> std::optional<Seconds> {
      return Seconds(t.id.value == 0 ? 100 : 50);
    };
    Dispatcher resumed({.workers = 3, .most_in_hand = 1}, gangs({1, 2, 1}), Seconds(0), long_ones);
    CHECK(assigned(resumed.on(event::Joined{w1}, Seconds(0)), w1) == gang_training(0, 1));
    CHECK(all<action::Assign>(resumed.on(event::Joined{w2}, Seconds(1))).empty());
    const auto joined = all<action::AssignGang>(resumed.on(event::Joined{w3}, Seconds(2)));
    REQUIRE(joined.size() == 1);
    CHECK(joined[0].members == std::vector{w2, w3});
  }
  SUBCASE("and nothing overtakes it while durations are not known") {
    Dispatcher blind({.workers = 2, .most_in_hand = 1}, gangs({1, 2, 1}), Seconds(0));
    blind.on(event::Joined{w1}, Seconds(0));
    CHECK(all<action::Assign>(blind.on(event::Joined{w2}, Seconds(0))).empty());
  }
}

TEST_CASE("a member that dies: its mates are told to abandon, the training runs again with those that have left") {
  Dispatcher dispatcher({.workers = 3, .lost_after = Seconds(10), .most_in_hand = 1}, gangs({2}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a", "a"}, actions);
  const auto first = all<action::AssignGang>(actions).at(0);
  CHECK(first.members == std::vector{w1, w2});
  dispatcher.on(event::Heard{w1}, Seconds(8));
  dispatcher.on(event::Heard{w3}, Seconds(8));
  actions = dispatcher.on(event::Tick{}, Seconds(11));
  REQUIRE(all<action::Lost>(actions).size() == 1);
  CHECK(all<action::Lost>(actions)[0].worker == w2);
  REQUIRE(all<action::Abandon>(actions).size() == 1);
  CHECK(all<action::Abandon>(actions)[0].worker == w1);
  CHECK(all<action::AssignGang>(actions).empty());  // w1 is still busy
  CHECK(all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(11))).empty());  // too late
  const auto second = all<action::AssignGang>(dispatcher.on(event::Left{w1, first.gang}, Seconds(12)));
  REQUIRE(second.size() == 1);
  CHECK(second[0].members == std::vector{w1, w3});
  CHECK(second[0].training.attempt == 2);
  CHECK(second[0].gang > first.gang);
}

TEST_CASE("a member that fails: the first report counts, and its mates are told to abandon") {
  Dispatcher dispatcher({.workers = 2, .most_in_hand = 1}, gangs({2}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a"}, actions);
  const auto gang = all<action::AssignGang>(actions).at(0);
  actions = dispatcher.on(event::Finished{w2, TrainingId{0}, 0, true}, Seconds(1));
  REQUIRE(all<action::Record>(actions).size() == 1);
  CHECK(all<action::Record>(actions)[0].worker == w1);
  REQUIRE(all<action::Abandon>(actions).size() == 1);
  CHECK(all<action::Abandon>(actions)[0].worker == w1);
  CHECK(all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0, true}, Seconds(1))).empty());
  dispatcher.on(event::Left{w1, gang.gang}, Seconds(1));
  CHECK(all<action::Stop>(dispatcher.on(event::Left{w2, gang.gang}, Seconds(1))).size() == 2);
}

TEST_CASE("a mate fails over a later milestone before the leader tells of an earlier one") {
  Training shared = gang_training(0, 2);
  shared.milestones = {5, 10};
  Dispatcher dispatcher(
      {.workers = 2, .most_in_hand = 1},
      [given = false, shared]() mutable { return std::exchange(given, true) ? std::nullopt : std::optional(shared); },
      Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a"}, actions);
  const std::uint64_t gang = all<action::AssignGang>(actions).at(0).gang;
  actions = dispatcher.on(event::Finished{w2, TrainingId{0}, 1, true}, Seconds(1));
  CHECK(all<action::Record>(actions).at(0).milestone == 1);
  CHECK(all<action::Abandon>(actions).at(0).worker == w1);
  CHECK(dispatcher.on(event::Left{w2, gang}, Seconds(1)).empty());
  SUBCASE("both count") {
    CHECK(all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1))).at(0).milestone == 0);
    CHECK(all<action::Stop>(dispatcher.on(event::Left{w1, gang}, Seconds(1))).size() == 2);
  }
  SUBCASE("the leader leaves without a word: the training is queued again") {
    const auto again = all<action::AssignGang>(dispatcher.on(event::Left{w1, gang}, Seconds(1)));
    REQUIRE(again.size() == 1);
    CHECK((again[0].training == shared && again[0].gang > gang));
  }
}

TEST_CASE("a mate that stays in a gang long after all is complete is told to leave, unless it has left") {
  Dispatcher dispatcher({.workers = 3, .lost_after = Seconds(1000), .most_in_hand = 1}, gangs({3}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a", "a"}, actions);
  const std::uint64_t gang = all<action::AssignGang>(actions).at(0).gang;
  dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  for (const WorkerId w : {w1, w3}) dispatcher.on(event::Left{w, gang}, Seconds(1));
  CHECK(dispatcher.on(event::Tick{}, Seconds(301)).empty());
  actions = dispatcher.on(event::Tick{}, Seconds(302));
  REQUIRE(actions.size() == 1);
  CHECK((all<action::Abandon>(actions).at(0).worker == w2 && all<action::Abandon>(actions)[0].gang == gang));
  CHECK(dispatcher.on(event::Tick{}, Seconds(303)).empty());
  CHECK(all<action::Stop>(dispatcher.on(event::Left{w2, gang}, Seconds(304))).size() == 3);
}

TEST_CASE("what a gang completes before it hears that it is to stop is recorded") {
  Dispatcher dispatcher({.workers = 2, .most_in_hand = 1}, gangs({2}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a"}, actions);
  dispatcher.on(event::Drain{}, Seconds(1));
  CHECK(dispatcher.on(event::Finished{w2, TrainingId{0}, 0, true}, Seconds(1)).empty());  // its mate had stopped
  const auto record = all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1)));
  REQUIRE(record.size() == 1);
  CHECK(record[0].members == std::vector{w1, w2});
  for (const WorkerId w : {w1, w2}) dispatcher.on(event::Left{w, 1}, Seconds(1));
  dispatcher.on(event::Stopped{w2}, Seconds(2));
  CHECK(all<action::End>(dispatcher.on(event::Stopped{w1}, Seconds(2))).at(0).ending == Ending::drained);
}

TEST_CASE("a gang larger than what is left is passed over; the rest is done, and the end says so") {
  Dispatcher dispatcher({.workers = 2, .lost_after = Seconds(10), .most_in_hand = 1}, gangs({1, 2, 1}), Seconds(0));
  std::vector<Action> actions;
  join(dispatcher, {"a", "a"}, actions);
  dispatcher.on(event::Heard{w1}, Seconds(9));
  dispatcher.on(event::Tick{}, Seconds(11));  // w2 is lost
  actions = dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(12));
  CHECK(assigned(actions, w1) == gang_training(2, 1));
  dispatcher.on(event::Finished{w1, TrainingId{2}, 0}, Seconds(13));
  const auto end = all<action::End>(dispatcher.on(event::Stopped{w1}, Seconds(13)));
  REQUIRE(end.size() == 1);
  CHECK(end[0].ending == Ending::short_handed);
}

TEST_CASE("gangs and single trials under random deaths: every trial ends once, no worker is in two places") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr std::uint64_t workers = 6;
    std::vector<std::uint32_t> sizes;
    for (int i = 0; i < 40; ++i) sizes.push_back(std::uint32_t(random() % 3 == 0 ? 1 + random() % 4 : 1));
    Dispatcher::Expected expected = [](const Training&) { return std::nullopt; };
    if (seed % 2) expected = [](const Training& t) { return Seconds(0.1 + 0.1 * double(t.id.value % 7)); };
    Dispatcher dispatcher({.workers = workers, .lost_after = Seconds(1), .in_hand = Seconds(0.3), .most_attempts = 2},
                          gangs(sizes, {5, 10}), Seconds(0), expected);
    struct Hand {
      std::deque<Training> alone;
      std::optional<action::AssignGang> gang;
    };
    std::map<WorkerId, Hand> hands;
    std::set<WorkerId> dead;
    std::map<std::pair<TrainingId, std::int64_t>, int> ended;  // by milestone
    std::map<std::uint64_t, std::size_t> told;                 // trials reported by a gang's leader
    std::set<std::uint64_t> failed;                            // gangs
    std::map<std::uint64_t, TrainingId> untold;                // by gang: the leader is late, a mate has failed
    std::set<std::pair<WorkerId, std::uint64_t>> leaving;
    std::optional<Ending> ending;
    double time = 0;
    const auto apply = [&](const std::vector<Action>& actions) {
      for (const Action& a : actions) {
        if (auto* assign = std::get_if<action::Assign>(&a)) {
          CHECK(!hands[assign->worker].gang);
          for (const Training& t : assign->trainings) hands[assign->worker].alone.push_back(t);
        } else if (auto* formed = std::get_if<action::AssignGang>(&a)) {
          CHECK(formed->members.size() == formed->training.gang);
          for (const WorkerId w : formed->members) {
            CHECK(!hands[w].gang);
            CHECK(hands[w].alone.empty());
            hands[w].gang = *formed;
          }
        } else if (auto* abandon = std::get_if<action::Abandon>(&a)) {
          leaving.insert({abandon->worker, abandon->gang});
        } else if (auto* record = std::get_if<action::Record>(&a)) {
          ++ended[{record->training.id, record->training.milestones.at(record->milestone)}];
        } else if (auto* given_up = std::get_if<action::GiveUp>(&a)) {
          for (const std::int64_t milestone : given_up->training.milestones)
            ++ended[{given_up->training.id, milestone}];
        } else if (auto* lost = std::get_if<action::Lost>(&a)) {
          hands.erase(lost->worker);
        } else if (auto* stop = std::get_if<action::Stop>(&a)) {
          hands.erase(stop->worker);
        } else if (auto* end = std::get_if<action::End>(&a)) {
          ending = end->ending;
        }
      }
    };
    for (std::uint64_t w = 1; w <= workers; ++w) apply(dispatcher.on(event::Joined{WorkerId{w}}, Seconds(time)));
    bool stopped = false;
    for (int step = 0; step < 20000 && !ending; ++step) {
      time += 0.02;
      const WorkerId w{1 + random() % workers};
      if (dead.size() + 1 < workers && random() % 60 == 0) dead.insert(w);
      for (std::uint64_t i = 1; i <= workers; ++i)
        if (!dead.contains(WorkerId{i})) apply(dispatcher.on(event::Heard{WorkerId{i}}, Seconds(time)));
      stopped = hands.empty();
      if (!dead.contains(w) && stopped) apply(dispatcher.on(event::Stopped{w}, Seconds(time)));
      if (!dead.contains(w) && hands.contains(w) && !hands[w].alone.empty()) {
        const Training head = hands[w].alone.front();
        hands[w].alone.pop_front();
        for (std::size_t k = 0; k < head.trials(); ++k)
          apply(dispatcher.on(event::Finished{w, head.id, k}, Seconds(time)));
      } else if (!dead.contains(w) && hands.contains(w) && hands[w].gang) {
        const action::AssignGang gang = *hands[w].gang;
        const TrainingId id = gang.training.id;
        const std::size_t trials = gang.training.trials();
        const bool leads = gang.members[0] == w;
        const bool whole =
            std::none_of(gang.members.begin(), gang.members.end(), [&](WorkerId m) { return dead.contains(m); });
        const bool goes_on = whole && !failed.contains(gang.gang) && told[gang.gang] < trials;
        const std::size_t from = told[gang.gang] + random() % 2;
        const bool fails = goes_on && !leads && from < trials && random() % 50 == 0;
        if (leaving.contains({w, gang.gang}) || fails) {
          if (leads && untold.contains(gang.gang) && random() % 4 && untold.erase(gang.gang))  // it reports that late
            apply(dispatcher.on(event::Finished{w, id, told[gang.gang]}, Seconds(time)));
          if (fails && failed.insert(gang.gang).second && from > told[gang.gang]) untold[gang.gang] = id;
          for (std::size_t k = from; fails && k < trials; ++k)
            apply(dispatcher.on(event::Finished{w, id, k, true}, Seconds(time)));
          if (hands.contains(w)) hands[w].gang.reset();
          apply(dispatcher.on(event::Left{w, gang.gang}, Seconds(time)));
        } else if (leads && goes_on) {
          apply(dispatcher.on(event::Finished{w, id, told[gang.gang]++}, Seconds(time)));
          for (const WorkerId m : gang.members) {
            if (told[gang.gang] < trials) break;
            if (hands.contains(m)) hands[m].gang.reset();
            apply(dispatcher.on(event::Left{m, gang.gang}, Seconds(time)));
          }
        }
      }
      apply(dispatcher.on(event::Tick{}, Seconds(time)));
    }
    REQUIRE(ending);
    std::set<TrainingId> again;
    for (const auto& [gang, id] : untold) again.insert(id);
    for (const auto& [trial, times] : ended)
      if (!again.contains(trial.first)) CHECK(times == 1);  // for repeated ones the store keeps the first result
    const std::size_t left = workers - dead.size();
    for (std::size_t i = 0; i < sizes.size(); ++i)
      for (const std::int64_t milestone : {5, 10})
        if (sizes[i] <= left) CHECK(ended.contains({TrainingId{i}, milestone}));
    CHECK((*ending == Ending::done) == (ended.size() == 2 * sizes.size()));
  }
}
