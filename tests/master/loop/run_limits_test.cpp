#include "master/loop/run_limits.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using namespace stormsweep;

namespace {

Limits of_trials(std::uint64_t most) {
  return {.trials = most, .hours = {}, .failures = {}};
}

}  // namespace

TEST_CASE("a space without limits has no end, a job without an end no deadline") {
  RunLimits limits({}, 1, 1'000'000, Seconds(0), {});
  CHECK(limits.trials_left() == std::numeric_limits<std::uint64_t>::max());
  limits.exhausted();
  CHECK_FALSE(limits.reached(Seconds(1e9)));
  CHECK_FALSE(limits.time_is_over(Seconds(1e9)));
  CHECK(limits.can_finish(1e9, Seconds(0)));
}

TEST_CASE("trials of earlier runs count against the limit, those of a training together") {
  RunLimits limits(of_trials(10), 1, 4, Seconds(0), {});
  CHECK(limits.trials_left() == 6);
  limits.hand_out(5);
  limits.exhausted();
  CHECK_FALSE(limits.reached(Seconds(0)));  // one more trial was allowed
  limits.hand_out(1);
  CHECK_FALSE(limits.reached(Seconds(0)));  // the trials handed out are still running
  CHECK_FALSE(limits.is_exhausted());
  limits.exhausted();
  CHECK(limits.is_exhausted());
  CHECK(limits.reached(Seconds(0)));
  CHECK(limits.text() == "limits.trials (10)");
  CHECK(RunLimits(of_trials(10), 1, 12, Seconds(0), {}).trials_left() == 0);
}

TEST_CASE("hours are counted from the start of the run, failures within it") {
  RunLimits hours({.trials = {}, .hours = 0.5, .failures = {}}, 1, 0, Seconds(100), {});
  CHECK_FALSE(hours.reached(Seconds(100 + 1800)));
  CHECK(hours.reached(Seconds(100 + 1801)));
  CHECK(hours.text() == "limits.hours (0.5)");
  RunLimits rank_hours({.rank_hours = 2}, 4, 0, Seconds(100), {});
  CHECK_FALSE(rank_hours.reached(Seconds(100 + 1800)));
  CHECK(rank_hours.reached(Seconds(100 + 1801)));
  CHECK(rank_hours.text() == "limits.rank_hours (2)");

  RunLimits failures({.trials = {}, .hours = {}, .failures = 2}, 1, 0, Seconds(0), {});
  failures.fail();
  CHECK_FALSE(failures.reached(Seconds(0)));
  failures.fail();
  CHECK(failures.reached(Seconds(0)));
  CHECK(failures.text() == "limits.failures (2)");
}

TEST_CASE("ranks that are started again go on with the limits of the run") {
  RunLimits hours({.hours = 0.5}, 1, 0, Seconds(100), {}, {.time = Seconds(1700), .failures = 0});
  CHECK_FALSE(hours.reached(Seconds(200)));
  CHECK(hours.reached(Seconds(201)));
  RunLimits failures({.failures = 2}, 1, 0, Seconds(0), {}, {.time = {}, .failures = 1});
  CHECK_FALSE(failures.reached(Seconds(0)));
  failures.fail();
  CHECK(failures.reached(Seconds(0)));
}

TEST_CASE("a target is reached by the least number that has come to it, and ends what has no more to hand out") {
  RunLimits limits({.target = 0.95}, 1, 0, Seconds(0), {});
  limits.exhausted();
  CHECK(limits.text().empty());
  for (const std::uint64_t number : {7, 4, 5}) limits.reach_target(number);
  CHECK(limits.last() == 4);
  CHECK_FALSE(limits.reached(Seconds(0)));  // others before it may come to it yet
  limits.exhausted();
  CHECK(limits.is_exhausted());
  CHECK(limits.text() == "limits.target (0.95)");
}

/// 1000 s remain, of which the last 20 are the margin.
TEST_CASE("a training begins if it would end before the margin, or never could") {
  const RunLimits limits({}, 1, 0, Seconds(100), Seconds(1000));
  CHECK_FALSE(limits.time_is_over(Seconds(1079)));
  CHECK(limits.time_is_over(Seconds(1080)));
  CHECK(limits.can_finish(980, Seconds(100)));
  CHECK_FALSE(limits.can_finish(980, Seconds(101)));
  CHECK(limits.can_finish(981, Seconds(101)));  // longer than the whole job
  CHECK(limits.can_finish(10, Seconds(1070)));
  CHECK_FALSE(limits.can_finish(10, Seconds(1071)));
  CHECK(limits.can_finish({}, Seconds(1079)));
}

TEST_CASE("workers that were told to stop have their part of the margin to do so") {
  const RunLimits limits({}, 1, 0, Seconds(100), Seconds(1000));  // until 1100; 20 s are its margin
  for (const Seconds told : {Seconds(1000), Seconds(1080)}) {
    CHECK_FALSE(limits.workers_are_overdue(told, Seconds(1094)));
    CHECK(limits.workers_are_overdue(told, Seconds(1095)));
  }
  CHECK_FALSE(limits.workers_are_overdue(Seconds(2000), Seconds(2014)));  // after a pause
  CHECK(limits.workers_are_overdue(Seconds(2000), Seconds(2015)));
  const RunLimits brief({}, 1, 0, Seconds(100), Seconds(100));  // until 200; 10 s
  CHECK_FALSE(brief.workers_are_overdue(Seconds(190), Seconds(194)));
  CHECK(brief.workers_are_overdue(Seconds(190), Seconds(195)));
  CHECK_FALSE(RunLimits({}, 1, 0, Seconds(100), {}).workers_are_overdue(Seconds(100), Seconds(9999)));
}
