#include "master/slurm/time_warning.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

/// 10 ranks for 1000 s, of which 980 s are usable.
BatchJob ten_ranks(std::uint64_t requeues = 3) {
  BatchJob job;
  job.nodes = 2, job.ranks_per_node = 5, job.time = Seconds(1000), job.requeues = requeues;
  return job;
}

}  // namespace

TEST_CASE("without measured times nobody can know") {
  CHECK(time_warning(ten_ranks(), 40, {}) ==
        "40 trainings on 10 ranks have 16 min 40 s: whether that is enough cannot be known before some are timed; it "
        "goes back into the queue up to 3 times");
  CHECK(time_warning(ten_ranks(0), {}, {5, 1, 1}) ==
        "trainings too many to count on 10 ranks have 16 min 40 s: whether that is enough is not known; submit it "
        "again to continue");
}

TEST_CASE("a search that fits its time gives no warning; one that does not, does") {
  CHECK(time_warning(ten_ranks(), 60, {10, 196, 300}).empty());  // 50 left: 5 rounds of 196 s are 980 s
  CHECK(time_warning(ten_ranks(), 61, {10, 196, 300}) ==
        "51 trainings left, 196 s each, take about 19 min 36 s on 10 ranks: about 2 jobs of 16 min 40 s, one after the "
        "other by itself");
  CHECK(time_warning(ten_ranks(0), 61, {10, 196, 300}) ==
        "51 trainings left, 196 s each, take about 19 min 36 s on 10 ranks: more than the 1 job of 16 min 40 s that "
        "--requeues allows; raise --time, --nodes or --requeues");
  CHECK(time_warning(ten_ranks(), 11, {10, 196, 981}) ==
        "a training has taken 16 min 21 s, and the job has 16 min 40 s; raise --time");
  CHECK(time_warning(ten_ranks(), 5, {10, 196, 300}).empty());  // an edited space
}

TEST_CASE("a gang takes as many ranks as it has") {
  CHECK(
      time_warning(ten_ranks(), 25, {10, 196, 300, 3}).empty());  // 15 left: 5 rounds of 3 gangs; rank 10 is left over
  CHECK(
      time_warning(ten_ranks(), 26, {10, 196, 300, 3}) ==
      "16 trainings left, 196 s each on 3 ranks, take about 19 min 36 s on 10 ranks: about 2 jobs of 16 min 40 s, one "
      "after the other by itself");
  CHECK(time_warning(ten_ranks(), 15, {10, 196, 300, 20}).empty());  // one at a time at least
}

TEST_CASE("the tasks of an array train side by side") {
  BatchJob j = ten_ranks();
  j.tasks = 4;
  CHECK(time_warning(j, 210, {10, 196, 300}).empty());
  CHECK(time_warning(j, 211, {10, 196, 300}).find("201 trainings left") == 0);
}

TEST_CASE("ranks without a training left for them are reported before they wait in the queue") {
  CHECK(idle_warning(ten_ranks(), 10, 1).empty());
  CHECK(idle_warning(ten_ranks(), 5, 2).empty());
  CHECK(idle_warning(ten_ranks(), {}, 1).empty());
  CHECK(idle_warning(ten_ranks(), 9, 1) ==
        "10 ranks are more than 9 trainings keep busy; fewer --nodes, --ntasks-per-node or --array do");
  BatchJob array = ten_ranks();
  array.tasks = 200;
  CHECK(idle_warning(array, 1, 1) ==
        "2,000 ranks are more than 1 training keeps busy; fewer --nodes, --ntasks-per-node or --array do");
}
