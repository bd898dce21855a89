// Trainings of one worker each.
#include "master/schedule/dispatcher.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

#include "tests/master/schedule/dispatcher_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// Trainings 0 ... n - 1, and how many were pulled.
struct Numbers {
  std::uint64_t n, pulled = 0;
  std::optional<Training> operator()() { return pulled < n ? std::optional(training(pulled++)) : std::nullopt; }
};

DispatchPolicy one_at_a_time(std::size_t workers) {
  return {.workers = workers, .most_in_hand = 1};
}

/// Supplies what is ready; after that it waits for what runs.
Dispatcher::Source waiting_source(std::deque<Training>& ready) {
  return [&ready]() -> Supply {
    if (ready.empty()) return Supply::Later::when_others_end;
    Training next = ready.front();
    ready.pop_front();
    return std::optional(next);
  };
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
  Dispatcher dispatcher(one_at_a_time(2), waiting_source(ready), Seconds(0));
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

TEST_CASE("a source that waits for a training which is given up is asked again when it has learned of that") {
  std::deque<Training> ready{training(0)};
  DispatchPolicy policy = one_at_a_time(2);
  policy.most_attempts = 1;
  Dispatcher dispatcher(policy, waiting_source(ready), Seconds(0));
  REQUIRE(assigned(dispatcher.on(event::Joined{w1}, Seconds(0)), w1));
  dispatcher.on(event::Joined{w2}, Seconds(0));
  dispatcher.on(event::Heard{w2}, Seconds(60));
  const auto lost = dispatcher.on(event::Tick{}, Seconds(61));
  CHECK(all<action::GiveUp>(lost).size() == 1);
  CHECK(all<action::Stop>(lost).empty());
  ready = {training(1)};  // because training 0 has failed
  CHECK(assigned(dispatcher.on(event::Tick{}, Seconds(61)), w2) == training(1));
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
    std::map<TrainingId, int> ended;
    std::uint64_t pulled = 0;
    const std::uint64_t rung = seed % 2 ? 6 : trainings;  // the next begins when all of the one before have ended
    const auto source = [&]() -> Supply {
      if (pulled == trainings) return Supply::Later::never;
      if (pulled % rung == 0 && ended.size() < pulled) return Supply::Later::when_others_end;
      return std::optional(training(pulled++));
    };
    Dispatcher dispatcher({.workers = workers,
                           .lost_after = Seconds(1),
                           .in_hand = Seconds(0.5),
                           .most_attempts = 1 + std::uint32_t(seed / 2 % 2)},
                          source, Seconds(0));
    std::map<WorkerId, std::deque<TrainingId>> hands;
    std::set<WorkerId> dead;
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
