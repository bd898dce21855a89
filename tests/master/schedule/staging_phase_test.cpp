#include "master/schedule/staging_phase.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/schedule/numbered.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

StagingPhase joined_by_three(bool all_needed = false) {
  StagingPhase staging(3, all_needed);
  for (const WorkerId worker : {w1, w2, w3}) staging.joined(worker);
  return staging;
}

}  // namespace

TEST_CASE("staging begins once all workers have come, and is over when all have what they want") {
  StagingPhase staging(3, false);
  staging.joined(w1);
  staging.joined(w3);
  CHECK(!staging.next());
  staging.joined(w2);
  CHECK(staging.next() == wire::Stage{1, {1, 2, 3}});
  CHECK(!staging.next());
  CHECK(staging.ended(w2, 1, true));
  CHECK(staging.ended(w1, 1, true));
  CHECK(!staging.over());
  CHECK(staging.ended(w3, 1, true));
  CHECK(staging.over());
  CHECK(!staging.next());
  CHECK(staging.present() == std::set<WorkerId>{w1, w2, w3});
}

TEST_CASE("a worker that never came is not waited for") {
  StagingPhase staging(2, false);
  staging.joined(w1);
  staging.lost(w2);
  staging.joined(w2);  // too late
  CHECK(staging.next() == wire::Stage{1, {1}});
}

TEST_CASE("when a worker is lost the others stage again, also those who had ended") {
  StagingPhase staging = joined_by_three();
  staging.next();
  CHECK(staging.ended(w1, 1, true));
  CHECK(staging.ended(w3, 1, false));  // it has lost worker 2
  staging.lost(w2);
  CHECK(!staging.over());
  CHECK(!staging.ended(w1, 1, true));
  CHECK(staging.next() == wire::Stage{2, {1, 3}});
  CHECK(!staging.ended(w3, 1, true));
  CHECK(staging.ended(w1, 2, true));
  CHECK(staging.ended(w3, 2, true));
  CHECK(staging.over());
}

TEST_CASE("workers that took a living mate for dead try again, up to a limit") {
  StagingPhase staging = joined_by_three();
  for (std::uint64_t attempt = 1; attempt <= StagingPhase::most_attempts; ++attempt) {
    CHECK(staging.next() == wire::Stage{attempt, {1, 2, 3}});
    CHECK(staging.ended(w1, attempt, false));
    CHECK(!staging.next());  // until all have ended
    CHECK(staging.ended(w2, attempt, true));
    CHECK(staging.ended(w3, attempt, false));
  }
  CHECK_THROWS_AS(staging.next(), InputError);
}

TEST_CASE("staging ends without workers, without one that all need, and when there will be no training") {
  StagingPhase alone = joined_by_three();
  for (const WorkerId worker : {w1, w2, w3}) alone.lost(worker);
  CHECK(alone.over());
  StagingPhase needed = joined_by_three(/*all_needed=*/true);
  needed.next();
  needed.lost(w2);
  CHECK(needed.over());
  CHECK(needed.present() == std::set<WorkerId>{w1, w3});
  StagingPhase drained = joined_by_three();
  drained.next();
  drained.give_up();
  CHECK(drained.over());
  CHECK(!drained.ended(w1, 1, true));
}
