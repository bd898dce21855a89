#include "master/report/recorded_cost.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("only a database of the same experiment has the cost of trainings") {
  const TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space timed = tornado_space(R"({"epochs": 5, "batch_size": {"min": 64, "max": 83, "step": 1}})");
  {
    Store store(file, timed, "f", {});
    for (std::uint64_t i = 0; i < 20; ++i) {
      Outcome o = outcome(0.5, "validation_accuracy");
      o.timings.wall = 30;
      store.finish(training(timed, i), 0, worker(), o);
    }
  }
  Space space = tornado_space(R"({"epochs": 5})");
  space.cost.like = file;
  CHECK(read_cost(space, folder / "none.db").seconds(training(space, 0)) == doctest::Approx(30));

  Space other = noop_space(R"({"index": [1, 2]})");
  other.cost.like = file;
  const std::string message = "cost.like is " + file +
                              ": no search there is of noop; only its trials show what others would take; they are of "
                              "tornado";
  CHECK_THROWS_WITH_AS(read_cost(other, folder / "none.db"), message.c_str(), InputError);
}
