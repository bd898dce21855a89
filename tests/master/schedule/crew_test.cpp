#include "master/schedule/crew.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "tests/master/schedule/actions.hpp"
#include "tests/master/schedule/numbered.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

Crew crew_of_two() {
  return {{.workers = 2, .lost_after = Seconds(10), .most_attempts = 2}, Seconds(0)};
}

Training tried(std::uint32_t attempt) {
  Training tried = training(7);
  tried.attempt = attempt;
  return tried;
}

}  // namespace

TEST_CASE("crew: a worker joins once, and stops when told") {
  Crew crew = crew_of_two();
  CHECK(crew.expected() == 2);
  CHECK(crew.join(w1, Seconds(1)));
  CHECK(!crew.join(w1, Seconds(1)));
  CHECK(crew.present(w1));
  CHECK(!crew.present(w2));
  CHECK((crew.present() == 1 && crew.expected() == 1));
  CHECK(crew.take_wanted().empty());

  CHECK(crew.stop_everyone(Ending::done) == std::vector{w1});
  CHECK(!crew.present(w1));
  CHECK(!crew.join(w2, Seconds(2)));  // too late
  CHECK(all<action::Stop>(crew.take_wanted()).size() == 2);
  crew.leave(w1);
  CHECK(crew.take_wanted().empty());
  crew.leave(w2);
  const auto end = all<action::End>(crew.take_wanted());
  REQUIRE(end.size() == 1);
  CHECK(end[0].ending == Ending::done);
  CHECK(crew.take_wanted().empty());  // it ends once
}

TEST_CASE("crew: the silent workers are those that looking at all of them finds") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Crew crew({.workers = 5, .lost_after = Seconds(10)}, Seconds(0));
    std::map<WorkerId, double> heard;  // of those that are not lost
    for (std::uint64_t i = 1; i <= 5; ++i) heard[WorkerId{i}] = 0;
    for (double now = 0; now < 60; now += 0.25) {
      for (auto& [id, last] : heard)
        if (random() % 24 == 0) crew.hear(id, Seconds(last = now));
      std::vector<WorkerId> expected;
      for (const auto& [id, last] : heard)
        if (now - last > 10) expected.push_back(id);
      REQUIRE(crew.silent(Seconds(now)) == expected);
      for (const WorkerId id : expected)
        if (random() % 2 == 0) crew.lose(id, std::nullopt), heard.erase(id);
    }
  }
}

TEST_CASE("crew: silence longer than agreed is a loss, also of one that never joined or is stopping") {
  Crew crew = crew_of_two();
  crew.join(w1, Seconds(5));
  CHECK(crew.silent(Seconds(10)).empty());  // exactly as long as w2 may be silent
  CHECK(crew.silent(Seconds(11)) == std::vector{w2});
  crew.stop_everyone(Ending::drained);
  CHECK(crew.silent(Seconds(16)) == std::vector{w1, w2});
  crew.hear(w1, Seconds(16));
  CHECK(crew.silent(Seconds(16)) == std::vector{w2});
  crew.lose(w2, std::nullopt);
  CHECK(crew.silent(Seconds(16)).empty());
  crew.take_wanted();

  crew.hear_heartbeat(w1, Seconds(17));
  CHECK(crew.take_wanted().empty());
  crew.hear_heartbeat(w2, Seconds(17));  // back from the dead
  CHECK(all<action::Stop>(crew.take_wanted()).at(0).worker == w2);
}

TEST_CASE("crew: workers still in a gang long after it was complete are told to leave it, once") {
  Crew crew = crew_of_two();
  const auto told = [&](double now) {
    crew.abandon_overdue(Seconds(now), [](WorkerId id, std::uint64_t gang) { return id == w1 || gang == 2; });
    return all<action::Abandon>(crew.take_wanted());
  };
  crew.complete(1, {w1, w2}, Seconds(0));
  crew.complete(2, {w2}, Seconds(100));
  CHECK(told(300).empty());
  const auto first = told(301);
  REQUIRE(first.size() == 1);
  CHECK((first[0].worker == w1 && first[0].gang == 1));
  CHECK(told(302).empty());
  CHECK(told(500).at(0).worker == w2);
  CHECK(told(1000).empty());
}

TEST_CASE("crew: a lost worker is blamed for what it trained, until that is given up") {
  Crew crew = crew_of_two();
  crew.join(w1, Seconds(0)), crew.join(w2, Seconds(0));
  CHECK(crew.lose(w1, tried(1)) == tried(2));
  CHECK(all<action::Lost>(crew.take_wanted()).at(0).training == tried(2));
  CHECK(!crew.lose(w2, tried(2)));
  const auto wanted = crew.take_wanted();
  CHECK(!all<action::Lost>(wanted).at(0).training);
  CHECK(all<action::GiveUp>(wanted).at(0).training == tried(2));
  CHECK(all<action::End>(wanted).at(0).ending == Ending::workers_lost);
}
