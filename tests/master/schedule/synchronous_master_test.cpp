#include "master/schedule/synchronous_master.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <random>
#include <set>

#include "search/methods/synchronous.hpp"
#include "tests/master/schedule/actions.hpp"
#include "tests/master/schedule/numbered.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

Training again(Training training, std::uint32_t attempt) {
  training.attempt = attempt;
  return training;
}

std::optional<Ending> ending(const std::vector<Action>& actions) {
  const auto ends = all<action::End>(actions);
  return ends.empty() ? std::nullopt : std::optional(ends[0].ending);
}

/// Trainings that are looked up by their number: 0 ... of one trial, unless given otherwise.
struct Known {
  std::map<std::uint64_t, Training> trainings;

  SynchronousMaster::Lookup lookup() const {
    return [all = trainings](TrainingId id) -> std::optional<Training> {
      const auto found = all.find(id.value);
      return found == all.end() ? training(id.value) : found->second;
    };
  }
};

/// All `workers` have joined at 0 s; a worker is lost after 10 s of silence.
SynchronousMaster master_of(std::size_t workers, const Known& known = {}, std::uint32_t most_attempts = 2) {
  SynchronousMaster master({.workers = workers, .lost_after = Seconds(10), .most_attempts = most_attempts},
                           known.lookup(), Seconds(0));
  for (std::uint64_t w = 1; w <= workers; ++w) CHECK(master.on(event::Joined{WorkerId{w}}, Seconds(0)).empty());
  return master;
}

std::vector<Action> begin(SynchronousMaster& master, WorkerId worker, std::uint64_t training, double now = 0) {
  return master.began(worker, TrainingId{training}, Seconds(now));
}

std::vector<Action> through(SynchronousMaster& master, WorkerId worker, double now = 0) {
  return master.began(worker, std::nullopt, Seconds(now));
}

}  // namespace

TEST_CASE("synchronous: workers that are past the last necessary training are done") {
  Known known;
  known.trainings[6] = training(6, {}, 2);  // gangs come first, whatever their numbers
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 3);
  begin(master, w2, 6);
  CHECK(master.end_after({4}, 1).empty());
  CHECK(all<action::Stop>(begin(master, w1, 5)).empty());
  CHECK(all<action::Stop>(begin(master, w2, 4)).empty());
  CHECK(all<action::Stop>(begin(master, w2, 8)).size() == 2);
  CHECK(all<action::Stop>(begin(master, w1, 7)).empty());
  master.on(event::Stopped{w1}, Seconds(1));
  CHECK(ending(master.on(event::Stopped{w2}, Seconds(1))) == Ending::done);
}

TEST_CASE("synchronous: a last training that is told of when all are past it ends the job at once") {
  SynchronousMaster master = master_of(2);
  begin(master, w1, 3);
  begin(master, w2, 5);
  CHECK(all<action::Stop>(master.end_after({3}, 1)).empty());
  CHECK(all<action::Stop>(master.end_after({2}, 1)).size() == 2);
}

TEST_CASE("synchronous: what a worker says that it begins and has finished is recorded, nothing is assigned") {
  SynchronousMaster master = master_of(2);
  const auto begun = begin(master, w2, 5);
  REQUIRE(begun.size() == 1);
  CHECK(all<action::Began>(begun).at(0).worker == w2);
  CHECK(all<action::Began>(begun).at(0).training == training(5));
  CHECK(all<action::Began>(begun).at(0).members.empty());
  CHECK(master.running() == 1);

  const auto finished = master.on(event::Finished{w2, TrainingId{5}, 0}, Seconds(1));
  REQUIRE(finished.size() == 1);
  const auto record = all<action::Record>(finished).at(0);
  CHECK((record.worker == w2 && record.training == training(5) && record.milestone == 0));
  CHECK(record.members.empty());
}

TEST_CASE("synchronous: the barrier at the end holds until the last worker is through and has left") {
  SynchronousMaster master = master_of(3);
  CHECK(through(master, w1).empty());
  CHECK(through(master, w3).empty());
  begin(master, w2, 0);
  CHECK(all<action::Stop>(master.on(event::Finished{w2, TrainingId{0}, 0}, Seconds(1))).empty());
  const auto stops = all<action::Stop>(through(master, w2, 1));
  REQUIRE(stops.size() == 3);
  for (std::uint64_t w = 1; w <= 3; ++w) CHECK(stops[w - 1].worker == WorkerId{w});
  CHECK(!ending(master.on(event::Stopped{w3}, Seconds(1))));
  CHECK(!ending(master.on(event::Stopped{w1}, Seconds(1))));
  CHECK(ending(master.on(event::Stopped{w2}, Seconds(1))) == Ending::done);
}

TEST_CASE("synchronous: nobody ends before all have joined") {
  SynchronousMaster master({.workers = 2, .lost_after = Seconds(10)}, Known().lookup(), Seconds(0));
  master.on(event::Joined{w1}, Seconds(0));
  CHECK(through(master, w1).empty());
  master.on(event::Joined{w2}, Seconds(1));
  CHECK(all<action::Stop>(through(master, w2, 1)).size() == 2);
}

TEST_CASE("synchronous: a worker lost in the middle ends the job, and what it trained is blamed") {
  Known known{{{4, training(4, {5, 10, 15})}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 3);
  begin(master, w2, 4);
  CHECK(all<action::Record>(master.on(event::Finished{w2, TrainingId{4}, 0}, Seconds(1))).at(0).milestone == 0);
  master.on(event::Heard{w1}, Seconds(11));
  CHECK(master.on(event::Tick{}, Seconds(11)).empty());  // exactly 10 s of silence

  const auto actions = master.on(event::Tick{}, Seconds(11.01));
  REQUIRE(all<action::Lost>(actions).size() == 1);
  CHECK(all<action::Lost>(actions)[0].worker == w2);
  CHECK(all<action::Lost>(actions)[0].training == again(training(4, {10, 15}), 2));
  REQUIRE(all<action::Stop>(actions).size() == 1);
  CHECK(all<action::Stop>(actions)[0].worker == w1);
  CHECK(master.running() == 0);

  SUBCASE("the others record what they complete before they hear of it, and begin nothing") {
    CHECK(all<action::Record>(master.on(event::Finished{w1, TrainingId{3}, 0}, Seconds(11.1))).size() == 1);
    CHECK(begin(master, w1, 7, 11.1).empty());
    CHECK(master.running() == 0);
    CHECK(ending(master.on(event::Stopped{w1}, Seconds(11.2))) == Ending::rank_lost);
  }
  SUBCASE("one that comes back from the dead is told to leave, and does not count") {
    CHECK(master.on(event::Finished{w2, TrainingId{4}, 1}, Seconds(12)).empty());
    CHECK(all<action::Stop>(master.on(event::Heard{w2}, Seconds(12))).size() == 1);
    CHECK(master.on(event::Joined{w2}, Seconds(12)).empty());
  }
  SUBCASE("one that is lost as well while it is asked to stop is not blamed") {
    const auto last = master.on(event::Tick{}, Seconds(21.5));
    REQUIRE(all<action::Lost>(last).size() == 1);
    CHECK(!all<action::Lost>(last)[0].training);
    CHECK(ending(last) == Ending::rank_lost);
  }
}

TEST_CASE("synchronous: one that was lost between two trainings, or never joined, is blamed for nothing") {
  SynchronousMaster master = master_of(1);
  begin(master, w1, 0);
  master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  const auto actions = master.on(event::Tick{}, Seconds(20));
  CHECK(!all<action::Lost>(actions).at(0).training);
  CHECK(ending(actions) == Ending::rank_lost);

  SynchronousMaster alone({.workers = 2, .lost_after = Seconds(10)}, Known().lookup(), Seconds(0));
  alone.on(event::Joined{w1}, Seconds(5));
  const auto lost = alone.on(event::Tick{}, Seconds(11));
  REQUIRE(all<action::Lost>(lost).size() == 1);
  CHECK(all<action::Lost>(lost)[0].worker == w2);
  CHECK(all<action::Stop>(lost).at(0).worker == w1);
}

TEST_CASE("synchronous: attempts are the store's, and the last one is given up") {
  Known known{{{0, again(training(0, {5, 10}), 2)}}};
  SynchronousMaster master = master_of(1, known, 3);
  begin(master, w1, 0);
  CHECK(all<action::Lost>(master.on(event::Tick{}, Seconds(20))).at(0).training == again(training(0, {5, 10}), 3));

  SynchronousMaster last = master_of(1, known, 2);
  begin(last, w1, 0);
  last.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  const auto actions = last.on(event::Tick{}, Seconds(20));
  CHECK(!all<action::Lost>(actions).at(0).training);
  CHECK(all<action::GiveUp>(actions).at(0).training == again(training(0, {10}), 2));
}

TEST_CASE("synchronous: a drain stops everyone at once, later joiners too; what was being completed is recorded") {
  SynchronousMaster master({.workers = 2, .lost_after = Seconds(10)}, Known().lookup(), Seconds(0));
  master.on(event::Joined{w1}, Seconds(0));
  begin(master, w1, 0);
  CHECK(all<action::Stop>(master.on(event::Drain{}, Seconds(1))).size() == 1);
  CHECK(master.on(event::Drain{}, Seconds(1)).empty());
  CHECK(all<action::Stop>(master.on(event::Joined{w2}, Seconds(1))).at(0).worker == w2);
  CHECK(master.on(event::Finished{w1, TrainingId{0}, 0, true}, Seconds(1)).empty());
  CHECK(all<action::Record>(master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1))).size() == 1);
  master.on(event::Stopped{w1}, Seconds(2));
  CHECK(ending(master.on(event::Stopped{w2}, Seconds(2))) == Ending::drained);
}

TEST_CASE("synchronous: a resumed training has all its milestones again, and each that ends is recorded") {
  Known known{{{2, training(2, {1, 2, 4})}}};
  SynchronousMaster master = master_of(1, known);
  begin(master, w1, 2);
  for (std::size_t k : {0, 1, 2}) {
    const auto actions = master.on(event::Finished{w1, TrainingId{2}, k}, Seconds(double(k)));
    CHECK(all<action::Record>(actions).at(0).milestone == k);
    CHECK(all<action::Record>(actions).at(0).training == known.trainings.at(2));
  }
  CHECK(begin(master, w1, 3, 4).size() == 1);
}

TEST_CASE("synchronous: what the store does not know is not recorded") {
  SynchronousMaster master(
      {.workers = 1, .lost_after = Seconds(10)}, [](TrainingId) { return std::nullopt; }, Seconds(0));
  master.on(event::Joined{w1}, Seconds(0));
  CHECK(begin(master, w1, 0).empty());
  CHECK(master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1)).empty());
}

TEST_CASE("synchronous: a gang is ranks in a row, its leader begins and is recorded") {
  Known known{{{0, training(0, {}, 2)}}};
  SynchronousMaster master = master_of(4, known);
  CHECK(begin(master, w4, 0).empty());  // a mate
  const auto begun = all<action::Began>(begin(master, w3, 0));
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].members == std::vector{w3, w4});
  const auto record = all<action::Record>(master.on(event::Finished{w3, TrainingId{0}, 0}, Seconds(1)));
  REQUIRE(record.size() == 1);
  CHECK((record[0].worker == w3 && record[0].members == std::vector{w3, w4}));
}

TEST_CASE("synchronous: a member that fails is recorded once, and its mates are told to abandon") {
  Known known{{{0, training(0, {}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0), begin(master, w2, 0);
  const auto failed = master.on(event::Finished{w2, TrainingId{0}, 0, true}, Seconds(1));
  CHECK(all<action::Record>(failed).at(0).worker == w1);
  REQUIRE(all<action::Abandon>(failed).size() == 1);
  CHECK(all<action::Abandon>(failed)[0].worker == w1);
  CHECK(all<action::Abandon>(failed)[0].gang == synchronous_gang(known.trainings.at(0)));
  CHECK(master.on(event::Finished{w1, TrainingId{0}, 0, true}, Seconds(1)).empty());
}

TEST_CASE("synchronous: a member that fails before its mates have come is recorded, and they leave when they come") {
  Known known{{{0, training(0, {}, 3)}, {1, training(1, {}, 2)}}};  // ranks 1-3 and 4-6; then 1-2, 3-4, 5-6
  SynchronousMaster master = master_of(6, known);
  const std::uint64_t pair = synchronous_gang(known.trainings.at(1));
  SUBCASE("the leader fails: its mate is not told while it is in another gang") {
    begin(master, w4, 0), begin(master, w3, 1);
    const auto failed = master.on(event::Finished{w3, TrainingId{1}, 0, true}, Seconds(1));
    REQUIRE(failed.size() == 1);
    CHECK(all<action::Record>(failed).at(0).worker == w3);
    CHECK(all<action::Record>(master.on(event::Finished{w4, TrainingId{0}, 0}, Seconds(2))).at(0).worker == w4);
    const auto told = begin(master, w4, 1);
    REQUIRE(told.size() == 1);
    CHECK((all<action::Abandon>(told).at(0).worker == w4 && all<action::Abandon>(told)[0].gang == pair));
  }
  SUBCASE("a mate fails: it counts though the leader has not begun") {
    begin(master, w3, 0), begin(master, w4, 1);
    const auto failed = master.on(event::Finished{w4, TrainingId{1}, 0, true}, Seconds(1));
    REQUIRE(failed.size() == 1);
    CHECK(all<action::Record>(failed).at(0).worker == w3);
    CHECK(all<action::Record>(failed)[0].members == std::vector{w3, w4});
    const auto told = begin(master, w3, 1);
    REQUIRE(told.size() == 1);
    CHECK((all<action::Abandon>(told).at(0).worker == w3 && all<action::Abandon>(told)[0].gang == pair));
    CHECK(!all<action::Lost>(master.on(event::Tick{}, Seconds(60))).at(2).training);  // and it is not blamed
  }
}

TEST_CASE("synchronous: a mate that stays in a gang for long though all is complete is told to leave") {
  Known known{{{0, training(0, {}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0), begin(master, w2, 0);
  master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  through(master, w1, 1);
  for (const WorkerId w : {w1, w2}) master.on(event::Heard{w}, Seconds(302));
  const auto told = master.on(event::Tick{}, Seconds(302));
  REQUIRE(told.size() == 1);
  CHECK(all<action::Abandon>(told).at(0).worker == w2);
  CHECK(all<action::Stop>(through(master, w2, 303)).size() == 2);
}

TEST_CASE("synchronous: a mate fails over a later milestone before the leader tells of an earlier one; both count") {
  Known known{{{0, training(0, {5, 10}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0), begin(master, w2, 0);
  const auto failed = master.on(event::Finished{w2, TrainingId{0}, 1, true}, Seconds(1));
  CHECK(all<action::Record>(failed).at(0).milestone == 1);
  CHECK(all<action::Abandon>(failed).at(0).worker == w1);
  CHECK(all<action::Record>(master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1))).at(0).milestone == 0);
  CHECK(master.on(event::Finished{w1, TrainingId{0}, 1}, Seconds(1)).empty());  // in transit when the failure came
}

TEST_CASE("synchronous: a mate that fails in all trials takes nothing back from what its leader has told") {
  Known known{{{0, training(0, {5, 10, 15}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0), begin(master, w2, 0);
  for (const std::uint32_t k : {0, 1}) master.on(event::Finished{w1, TrainingId{0}, k}, Seconds(1));
  for (const std::uint32_t k : {0, 1})
    CHECK(master.on(event::Finished{w2, TrainingId{0}, k, true}, Seconds(2)).empty());
  CHECK(all<action::Record>(master.on(event::Finished{w2, TrainingId{0}, 2, true}, Seconds(2))).at(0).milestone == 2);
}

TEST_CASE("synchronous: a search some trial of which nobody has told of is not done") {
  Known known{{{0, training(0, {5, 10}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0), begin(master, w2, 0);
  master.on(event::Finished{w2, TrainingId{0}, 1, true}, Seconds(1));  // w1 is told to abandon its sum of trial 0
  SUBCASE("its leader has abandoned it") {
    through(master, w1, 2), through(master, w2, 2);
    master.on(event::Stopped{w1}, Seconds(3));
    CHECK(ending(master.on(event::Stopped{w2}, Seconds(3))) == Ending::drained);
  }
  SUBCASE("its leader had told of it before it heard") {
    master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(2));
    through(master, w1, 2), through(master, w2, 2);
    master.on(event::Stopped{w1}, Seconds(3));
    CHECK(ending(master.on(event::Stopped{w2}, Seconds(3))) == Ending::done);
  }
}

TEST_CASE("synchronous: what a leader has told before its mate begins is not lost with the mate") {
  Known known{{{0, training(0, {5, 10}, 2)}}};
  SynchronousMaster master = master_of(2, known);
  begin(master, w1, 0);
  master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  begin(master, w2, 0);
  master.on(event::Heard{w1}, Seconds(9));
  CHECK(all<action::Lost>(master.on(event::Tick{}, Seconds(11))).at(0).training == again(training(0, {10}, 2), 2));
}

TEST_CASE("synchronous: a member that is lost, the gang's training is blamed once") {
  Known known{{{0, training(0, {5, 10}, 2)}}};
  SynchronousMaster master = master_of(3, known);
  begin(master, w1, 0), begin(master, w2, 0), begin(master, w3, 1);
  master.on(event::Finished{w1, TrainingId{0}, 0}, Seconds(1));
  for (const WorkerId w : {w1, w3}) master.on(event::Heard{w}, Seconds(9));
  const auto actions = master.on(event::Tick{}, Seconds(11));
  REQUIRE(all<action::Lost>(actions).size() == 1);
  CHECK(all<action::Lost>(actions)[0].worker == w2);
  CHECK(all<action::Lost>(actions)[0].training == again(training(0, {10}, 2), 2));
  CHECK(all<action::Stop>(actions).size() == 2);
  CHECK(master.on(event::Finished{w1, TrainingId{0}, 1}, Seconds(11)).empty());

  SUBCASE("also where both are lost in the same moment") {
    SynchronousMaster both = master_of(3, known);
    begin(both, w1, 0), begin(both, w2, 0);
    const auto lost = all<action::Lost>(both.on(event::Tick{}, Seconds(11)));
    REQUIRE(lost.size() == 3);
    CHECK(lost[0].training == again(training(0, {5, 10}, 2), 2));
    CHECK((!lost[1].training && !lost[2].training));
  }
}

TEST_CASE("synchronous: random shares and deaths; all is recorded once or blamed, and the job always ends") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr std::uint64_t workers = 5, trainings = 40;
    SynchronousMaster master = master_of(workers);
    std::map<std::uint64_t, std::deque<std::uint64_t>> shares;
    for (std::uint64_t t = 0; t < trainings; ++t) shares[1 + dealt_to(t, workers)].push_back(t);
    const std::uint64_t doomed = seed % 2 ? 1 + random() % workers : 0;  // dies in the middle of its second training
    std::map<std::uint64_t, int> recorded, blamed;
    std::set<std::uint64_t> stopped, left;
    std::optional<Ending> over;
    double now = 0;
    const auto apply = [&](const std::vector<Action>& actions) {
      for (const Action& a : actions) {
        if (const auto* record = std::get_if<action::Record>(&a)) ++recorded[record->training.id.value];
        if (const auto* lost = std::get_if<action::Lost>(&a); lost && lost->training)
          ++blamed[lost->training->id.value];
        if (const auto* stop = std::get_if<action::Stop>(&a)) stopped.insert(stop->worker.value);
      }
      if (const auto end = ending(actions)) over = end;
    };
    std::map<std::uint64_t, std::optional<std::uint64_t>> doing;
    std::set<std::uint64_t> done;
    for (int step = 0; step < 5000 && !over; ++step) {
      now += 0.1;
      for (std::uint64_t w = 1; w <= workers; ++w) {
        const bool dead = w == doomed && recorded.size() > 2 && doing[w];
        if (!dead && !left.contains(w)) apply(master.on(event::Heard{WorkerId{w}}, Seconds(now)));
        if (dead || left.contains(w) || random() % 4) continue;
        if (stopped.contains(w)) {
          left.insert(w);
          apply(master.on(event::Stopped{WorkerId{w}}, Seconds(now)));
        } else if (doing[w]) {
          apply(master.on(event::Finished{WorkerId{w}, TrainingId{*doing[w]}, 0}, Seconds(now)));
          doing[w].reset();
        } else if (!shares[w].empty()) {
          doing[w] = shares[w].front();
          shares[w].pop_front();
          apply(begin(master, WorkerId{w}, *doing[w], now));
        } else if (done.insert(w).second) {
          apply(master.began(WorkerId{w}, std::nullopt, Seconds(now)));
        }
      }
      apply(master.on(event::Tick{}, Seconds(now)));
    }
    REQUIRE(over);
    for (const auto& [id, times] : recorded) CHECK(times == 1);
    CHECK(*over == (doomed ? Ending::rank_lost : Ending::done));
    CHECK(blamed.size() == (doomed ? 1 : 0));
    if (!doomed) CHECK(recorded.size() == trainings);
    for (const auto& [id, times] : blamed) CHECK(!recorded.contains(id));
  }
}
