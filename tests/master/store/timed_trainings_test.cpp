#include "master/store/timed_trainings.hpp"

#include <doctest/doctest.h>

#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("a training takes as long as its longest trial; databases that are not there yet are passed over") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = tornado_space(R"({"epochs": [5, 10], "batch_size": [64, 128]})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 2; ++i) {
      Outcome o = outcome(0.5, "validation_accuracy");
      for (std::size_t k = 0; k < 2; ++k) {
        o.timings.wall = 10 * double(i + 1) * double(k + 1);
        WorkerInfo leader = worker();
        leader.gang = i == 0 ? 1 : 4;
        store.finish(training(space, i), k, leader, o);
      }
    }
  }
  const auto measured = measure_trainings({file, folder / "none.db", file}, "s");
  CHECK(measured.count == 4);
  CHECK(measured.mean == 30);
  CHECK(measured.longest == 40);
  CHECK(measured.ranks == 3);  // (20 s x 1 + 40 s x 4) / 60 s
  CHECK(measure_trainings({file}, "other").count == 0);
}
