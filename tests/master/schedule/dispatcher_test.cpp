#include "master/schedule/dispatcher.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

#include "tests/master/schedule/actions.hpp"

using namespace stormsweep;

namespace {

constexpr WorkerId w1{1}, w2{2};

Training training(std::uint64_t id, std::vector<std::int64_t> milestones = {}) {
  return {TrainingId{id}, Configuration{{std::int64_t(id)}}, std::move(milestones), 1};
}

/// Trainings 0 ... n - 1, and how many were pulled.
struct Numbers {
  std::uint64_t n, pulled = 0;
  std::optional<Training> operator()() { return pulled < n ? std::optional(training(pulled++)) : std::nullopt; }
};

/// The training that a worker is given by `actions`, or nothing.
std::optional<Training> assigned(const std::vector<Action>& actions, WorkerId worker) {
  for (const auto& assign : all<action::Assign>(actions)) {
    if (assign.worker == worker) return assign.trainings.front();
  }
  return std::nullopt;
}

DispatchPolicy one_at_a_time(std::size_t workers) {
  return {.workers = workers, .most_in_hand = 1};
}

}  // namespace

TEST_CASE("trainings go out in grid order, one to each worker that joins") {
  Numbers numbers{3};
  Dispatcher dispatcher(one_at_a_time(2), std::ref(numbers), Seconds(0));
  CHECK(assigned(dispatcher.on(event::Joined{w1}, Seconds(0)), w1) == training(0));
  CHECK(assigned(dispatcher.on(event::Joined{w2}, Seconds(0)), w2) == training(1));
  CHECK(numbers.pulled == 2);
  const auto actions = dispatcher.on(event::Finished{w2, TrainingId{1}, 0}, Seconds(1));
  CHECK(all<action::Record>(actions).size() == 1);
  CHECK(assigned(actions, w2) == training(2));
}

TEST_CASE("the end: workers are told to leave, and End comes once all have left") {
  Dispatcher dispatcher(one_at_a_time(2), Numbers{1}, Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  dispatcher.on(event::Joined{w2}, Seconds(0));
  CHECK(all<action::Stop>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1))).size() == 2);
  CHECK(all<action::End>(dispatcher.on(event::Stopped{w1}, Seconds(1))).empty());
  const auto end = all<action::End>(dispatcher.on(event::Stopped{w2}, Seconds(1)));
  REQUIRE(end.size() == 1);
  CHECK(end[0].ending == Ending::done);
}

TEST_CASE("a source that waits for what runs is asked again when it may have learned, and ends when nothing runs") {
  std::deque<Training> ready{training(0)};
  const auto source = [&ready]() -> Supply {
    if (ready.empty()) return Supply::Later::when_others_end;
    Training next = ready.front();
    ready.pop_front();
    return std::optional(next);
  };
  Dispatcher dispatcher(one_at_a_time(2), source, Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  CHECK(dispatcher.on(event::Joined{w2}, Seconds(0)).empty());  // it waits
  CHECK(
      all<action::Stop>(dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1))).empty());  // not learned yet
  ready = {training(1)};
  const auto supplied = dispatcher.on(event::Supplied{}, Seconds(1));
  CHECK(all<action::Assign>(supplied).size() == 1);
  const auto worker = all<action::Assign>(supplied)[0].worker;
  CHECK(dispatcher.on(event::Tick{}, Seconds(2)).empty());
  dispatcher.on(event::Finished{worker, TrainingId{1}, 0}, Seconds(3));
  CHECK(all<action::Stop>(dispatcher.on(event::Supplied{}, Seconds(3))).size() == 2);  // it waits for nothing that runs
}

TEST_CASE("a source that thinks is waited for though nothing runs") {
  Supply::Later later = Supply::Later::by_itself;
  Dispatcher dispatcher(
      one_at_a_time(1), [&later]() -> Supply { return later; }, Seconds(0));
  CHECK(dispatcher.on(event::Joined{w1}, Seconds(0)).empty());
  CHECK(dispatcher.on(event::Tick{}, Seconds(1)).empty());
  later = Supply::Later::never;
  CHECK(all<action::Stop>(dispatcher.on(event::Supplied{}, Seconds(2))).size() == 1);
}

TEST_CASE("a training with milestones occupies its worker until the last one") {
  auto source = [given = false]() mutable {
    return std::exchange(given, true) ? std::nullopt : std::optional(training(0, {5, 10, 15}));
  };
  Dispatcher dispatcher(one_at_a_time(1), source, Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  for (std::size_t k : {0, 1}) {
    const auto actions = dispatcher.on(event::Finished{w1, TrainingId{0}, k}, Seconds(1));
    CHECK(all<action::Record>(actions).at(0).milestone == k);
    CHECK(all<action::Stop>(actions).empty());
  }
  CHECK(all<action::Stop>(dispatcher.on(event::Finished{w1, TrainingId{0}, 2}, Seconds(2))).size() == 1);
}

TEST_CASE("a silent worker is lost: what it trained goes elsewhere without its finished milestones, attempt raised") {
  auto source = [given = false]() mutable {
    return std::exchange(given, true) ? std::nullopt : std::optional(training(0, {5, 10, 15}));
  };
  Dispatcher dispatcher({.workers = 2, .lost_after = Seconds(10)}, source, Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  dispatcher.on(event::Joined{w2}, Seconds(0));
  dispatcher.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  dispatcher.on(event::Heard{w2}, Seconds(10.5));
  CHECK(all<action::Lost>(dispatcher.on(event::Tick{}, Seconds(11))).empty());  // exactly 10 s of silence
  const auto actions = dispatcher.on(event::Tick{}, Seconds(11.01));
  REQUIRE(all<action::Lost>(actions).size() == 1);
  Training rest = training(0, {10, 15});
  rest.attempt = 2;
  CHECK(all<action::Lost>(actions)[0].training == rest);
  CHECK(assigned(actions, w2) == rest);

  SUBCASE("and when it comes back from the dead, its words do not count and it is told to leave") {
    CHECK(all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{0}, 1}, Seconds(12))).empty());
    CHECK(all<action::Stop>(dispatcher.on(event::Heard{w1}, Seconds(12))).size() == 1);
  }
  SUBCASE("twice is enough: it is given up, and so nothing is left to do") {
    const auto last = dispatcher.on(event::Tick{}, Seconds(30));
    REQUIRE(all<action::GiveUp>(last).size() == 1);
    CHECK(all<action::GiveUp>(last)[0].training == rest);
    REQUIRE(all<action::End>(last).size() == 1);
    CHECK(all<action::End>(last)[0].ending == Ending::done);
  }
}

TEST_CASE("only the head of a dead worker's queue is blamed; the rest is queued again in order, untouched") {
  const auto begin = [](Dispatcher& dispatcher) {  // w1 does four in 1 s, and then holds four more: 1 s of work
    dispatcher.on(event::Joined{w1}, Seconds(0));
    for (std::uint64_t i = 0; i < 4; ++i)
      dispatcher.on(event::Finished{w1, TrainingId{i}, 0}, Seconds(0.25 * double(i + 1)));
  };
  Numbers numbers{100};
  Dispatcher dispatcher({.workers = 2, .lost_after = Seconds(10), .in_hand = Seconds(1)}, std::ref(numbers),
                        Seconds(0));
  begin(dispatcher);
  REQUIRE(numbers.pulled == 8);
  const auto end = all<action::End>(dispatcher.on(event::Tick{}, Seconds(20)));  // w2 never joined: both are lost
  REQUIRE(end.size() == 1);
  CHECK(end[0].ending == Ending::workers_lost);

  Numbers again{100};
  Dispatcher with_heir({.workers = 2, .lost_after = Seconds(10), .in_hand = Seconds(1)}, std::ref(again), Seconds(0));
  begin(with_heir);
  with_heir.on(event::Joined{w2}, Seconds(9));  // takes training 8
  with_heir.on(event::Tick{}, Seconds(12));
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint64_t head = 8; order.size() < 4;) {
    for (const auto& assign :
         all<action::Assign>(with_heir.on(event::Finished{w2, TrainingId{head}, 0}, Seconds(13)))) {
      for (const Training& t : assign.trainings) order.emplace_back(t.id.value, t.attempt);
    }
    if (!order.empty()) head = order.back().first;
  }
  order.resize(4);
  CHECK(order == std::vector<std::pair<std::uint64_t, std::uint32_t>>{{4, 2}, {5, 1}, {6, 1}, {7, 1}});
}

TEST_CASE("a drain stops everything at once; later joiners too") {
  Dispatcher dispatcher(one_at_a_time(2), Numbers{10}, Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  CHECK(all<action::Stop>(dispatcher.on(event::Drain{}, Seconds(1))).size() == 1);
  CHECK(all<action::Stop>(dispatcher.on(event::Joined{w2}, Seconds(1))).size() == 1);
  dispatcher.on(event::Stopped{w1}, Seconds(2));
  const auto end = all<action::End>(dispatcher.on(event::Stopped{w2}, Seconds(2)));
  REQUIRE(end.size() == 1);
  CHECK(end[0].ending == Ending::drained);
}

TEST_CASE("what a worker completes before it hears that it is to stop is recorded; what fails then is not") {
  Numbers numbers{100};
  Dispatcher dispatcher({.workers = 1, .in_hand = Seconds(1)}, std::ref(numbers), Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  for (std::uint64_t i = 0; i < 4; ++i)
    dispatcher.on(event::Finished{w1, TrainingId{i}, 0}, Seconds(0.25 * double(i + 1)));
  REQUIRE(numbers.pulled == 8);
  dispatcher.on(event::Drain{}, Seconds(1));
  CHECK(dispatcher.running() == 0);
  for (std::uint64_t i = 4; i < 6; ++i) {
    const auto actions = dispatcher.on(event::Finished{w1, TrainingId{i}, 0}, Seconds(2));
    REQUIRE(actions.size() == 1);
    CHECK(all<action::Record>(actions).at(0).training == training(i));
  }
  CHECK(dispatcher.on(event::Finished{w1, TrainingId{6}, 0, true}, Seconds(2)).empty());
  CHECK(dispatcher.on(event::Finished{w1, TrainingId{7}, 0}, Seconds(2)).empty());  // not as number 6
  SUBCASE("it leaves") {
    CHECK(all<action::End>(dispatcher.on(event::Stopped{w1}, Seconds(3))).at(0).ending == Ending::drained);
  }
  SUBCASE("it is lost, and nothing is blamed for that") {
    CHECK(!all<action::Lost>(dispatcher.on(event::Tick{}, Seconds(60))).at(0).training);
  }
  CHECK(all<action::Record>(dispatcher.on(event::Finished{w1, TrainingId{6}, 0}, Seconds(61))).empty());
}

TEST_CASE("nothing to do is an end, not a wait") {
  Dispatcher dispatcher(one_at_a_time(1), Numbers{0}, Seconds(0));
  CHECK(all<action::Stop>(dispatcher.on(event::Joined{w1}, Seconds(0))).size() == 1);
}

TEST_CASE("a worker holds more in advance the more short trainings it has done, and none for those that failed") {
  Numbers numbers{1000};
  Dispatcher dispatcher({.workers = 2}, std::ref(numbers), Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  std::uint64_t next = 0;
  const auto end = [&](bool failed) {
    dispatcher.on(event::Finished{w1, TrainingId{next++}, 0, failed}, Seconds(0.001 * double(next)));
    return numbers.pulled - next;  // in its hand
  };
  for (int i = 0; i < 10; ++i) CHECK(end(true) == 1);  // others may take an hour
  CHECK(end(false) == 1);
  CHECK(end(false) == 2);
  for (int i = 0; i < 8; ++i) end(false);
  CHECK(end(false) <= 11);
  CHECK(numbers.pulled - next >= 6);  // it is asked for more once it holds less than half
}

TEST_CASE("memory: no more is pulled than workers hold, whatever the grid") {
  Numbers numbers{1'000'000'000'000'000};
  Dispatcher dispatcher({.workers = 1, .most_in_hand = 256}, std::ref(numbers), Seconds(0));
  dispatcher.on(event::Joined{w1}, Seconds(0));
  for (std::uint64_t i = 0; i < 1000; ++i) dispatcher.on(event::Finished{w1, TrainingId{i}, 0}, Seconds(0));
  CHECK(numbers.pulled <= 1000 + 256);
}

TEST_CASE("under random deaths and returns every training is recorded once or given up, and never both") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    constexpr std::uint64_t trainings = 60, workers = 5;
    Dispatcher dispatcher({.workers = workers, .lost_after = Seconds(1), .in_hand = Seconds(0.5), .most_attempts = 2},
                          Numbers{trainings}, Seconds(0));
    std::map<WorkerId, std::deque<TrainingId>> hands;
    std::set<WorkerId> dead;
    std::map<TrainingId, int> ended;
    std::set<TrainingId> out;
    std::optional<Ending> ending;
    double time = 0;
    const auto apply = [&](const std::vector<Action>& actions) {
      for (const Action& a : actions) {
        if (auto* assign = std::get_if<action::Assign>(&a)) {
          for (const Training& t : assign->trainings) {
            CHECK(out.insert(t.id).second);  // never in two hands
            hands[assign->worker].push_back(t.id);
          }
        } else if (auto* record = std::get_if<action::Record>(&a)) {
          ++ended[record->training.id], out.erase(record->training.id);
        } else if (auto* given_up = std::get_if<action::GiveUp>(&a)) {
          ++ended[given_up->training.id], out.erase(given_up->training.id);
        } else if (auto* lost = std::get_if<action::Lost>(&a)) {
          // What it held may be handed out again in the same breath.
          for (TrainingId t : hands[lost->worker]) out.erase(t);
          hands.erase(lost->worker);
        } else if (auto* stop = std::get_if<action::Stop>(&a)) {
          hands.erase(stop->worker);
        } else if (auto* end = std::get_if<action::End>(&a)) {
          ending = end->ending;
        }
      }
    };
    for (std::uint64_t w = 1; w <= workers; ++w) apply(dispatcher.on(event::Joined{WorkerId{w}}, Seconds(time)));
    for (int step = 0; step < 10000 && !ending && ended.size() < trainings; ++step) {
      time += 0.05;
      const WorkerId w{1 + random() % workers};
      if (dead.size() + 1 < workers && random() % 40 == 0) dead.insert(w);
      for (std::uint64_t i = 1; i <= workers; ++i) {
        if (!dead.contains(WorkerId{i})) apply(dispatcher.on(event::Heard{WorkerId{i}}, Seconds(time)));
      }
      if (!dead.contains(w) && hands.contains(w) && !hands[w].empty()) {
        const TrainingId head = hands[w].front();
        hands[w].pop_front();
        apply(dispatcher.on(event::Finished{w, head, 0}, Seconds(time)));
      }
      apply(dispatcher.on(event::Tick{}, Seconds(time)));
    }
    CHECK(ended.size() == trainings);
    for (const auto& [id, times] : ended) CHECK(times == 1);
  }
}

namespace {

constexpr WorkerId w3{3}, w4{4};

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
  // All are busy until the last has left, so that nothing smaller is formed of those that left early.
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
  // w6 and w1 are free first: a gang of theirs would cross hosts, but nothing else is idle.
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
  // The gang fails as a whole: its members leave, and the last one's leaving finds several idle.
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
  CHECK(all<action::AssignGang>(actions).empty());  // w1 is not free yet
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

TEST_CASE("a mate that stays in a gang for long though all is complete is told to leave, who has left is not") {
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
    std::map<std::uint64_t, std::size_t> told;                 // trials, by the leader of a gang
    std::set<std::uint64_t> failed;                            // gangs
    std::map<std::uint64_t, TrainingId> untold;                // by gang: a mate has failed over what came after
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
          if (leads && untold.contains(gang.gang) && random() % 4 && untold.erase(gang.gang))  // it was about to
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
      if (!again.contains(trial.first)) CHECK(times == 1);  // of others the store keeps the first
    const std::size_t left = workers - dead.size();
    for (std::size_t i = 0; i < sizes.size(); ++i)
      for (const std::int64_t milestone : {5, 10})
        if (sizes[i] <= left) CHECK(ended.contains({TrainingId{i}, milestone}));
    CHECK((*ending == Ending::done) == (ended.size() == 2 * sizes.size()));
  }
}
