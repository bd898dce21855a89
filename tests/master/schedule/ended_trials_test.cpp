#include "master/schedule/ended_trials.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("ended trials: the first report of each counts, in whatever order they come") {
  EndedTrials ended(Training{TrainingId{7}, {}, {5, 10, 15}});
  CHECK((ended.in_order() == 0 && !ended.last() && !ended.all()));
  CHECK(ended.add(2));
  CHECK(!ended.add(2));
  CHECK((ended.in_order() == 0 && ended.last() && !ended.all()));
  CHECK(ended.add(0));
  CHECK(ended.in_order() == 1);
  SUBCASE("until all have ended") {
    CHECK(ended.add(1));
  }
  SUBCASE("or none counts any more") {
    ended.add_all();
    CHECK(!ended.add(1));
  }
  CHECK((ended.in_order() == 3 && ended.all()));
}
