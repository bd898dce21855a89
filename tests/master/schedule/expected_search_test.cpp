#include "master/schedule/expected_search.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Space method_space(const std::string& method, const std::string& more = "") {
  return parse_space(R"({"name": "e", "experiment": "noop", "method": )" + method +
                         R"(, "cost": {"epoch_seconds": 10}, "parameters": {"index": {"min": 0, "max": 1000000},
                         "epochs": [1, 3, 9])" +
                         more + "}}",
                     "e.json", "/");
}

ExpectedSearch expected(const Space& space, std::size_t ranks, ScheduleKind schedule) {
  return expected_search(space, TrainingCost(*space.experiment, space.cost), ranks, schedule).value();
}

}  // namespace

TEST_CASE("a training that shares epochs costs its longest: eight of 90 s on three workers take three turns") {
  const Space space = method_space(R"({"name": "random", "trials": 8})");
  for (const auto schedule : {ScheduleKind::master_worker, ScheduleKind::synchronous}) {
    const ExpectedSearch search = expected(space, 3, schedule);
    CHECK(search.trainings == 8);
    CHECK(search.trials == 24);
    CHECK(search.seconds == doctest::Approx(270));
    CHECK(search.efficiency == doctest::Approx(8. / 9));
  }
}

TEST_CASE("a rung costs what it adds to the one below") {
  // 9 members of 10 s; 3 go on for 20 s; 1 of these for 60 s.
  const Space space = method_space(R"("halving")");
  CHECK(expected(space, 1, ScheduleKind::master_worker).seconds == doctest::Approx(90 + 60 + 60));
  // On 9 workers: 10, 20 and 60 s one after the other, 210 of 810 rank-seconds.
  for (const auto schedule : {ScheduleKind::master_worker, ScheduleKind::synchronous}) {
    const ExpectedSearch search = expected(space, 9, schedule);
    CHECK(search.trials == 13);
    CHECK(search.seconds == doctest::Approx(90));
    CHECK(search.efficiency == doctest::Approx(210. / 810));
  }
}

TEST_CASE("gangs wait for their members") {
  // Three configurations in gangs of two, of 90 s, on three workers: one after the other.
  const Space space = method_space(R"({"name": "random", "trials": 3})", R"(, "gpus": 2)");
  CHECK(expected(space, 3, ScheduleKind::master_worker).seconds == doctest::Approx(270));
  const Space halving = method_space(R"({"name": "halving", "size": 2, "eta": 2})", R"(, "gpus": 2)");
  for (const auto schedule : {ScheduleKind::master_worker, ScheduleKind::synchronous})
    CHECK(expected(halving, 4, schedule).seconds == doctest::Approx(90));  // 10 + 20 + 60
}

TEST_CASE("bayes has no more at work than its width") {
  const Space space = method_space(R"({"name": "bayes", "trials": 8, "width": 2})");
  CHECK(expected(space, 4, ScheduleKind::master_worker).seconds == doctest::Approx(4 * 90));
  CHECK(expected(space, 4, ScheduleKind::master_worker).efficiency == doctest::Approx(0.5));
  CHECK(expected(space, 4, ScheduleKind::synchronous).seconds == doctest::Approx(4 * 90));
}

TEST_CASE("limits.trials ends an expected search, and one without an end is none") {
  Space space = method_space(R"("random")"
                             R"(, "limits": {"trials": 7})");  // 90, 90 and, of the third, 10 s
  CHECK(expected(space, 1, ScheduleKind::master_worker).seconds == doctest::Approx(190));
  space.limits.trials.reset();
  CHECK_FALSE(expected_search(space, TrainingCost(*space.experiment, space.cost), 1, ScheduleKind::master_worker));
}
