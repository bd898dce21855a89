#include "master/report/funnel.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "search/methods/methods.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("the progress of a halving of two brackets") {
  const TemporaryFolder folder;
  const auto file = folder / "h.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 1000}, "epochs": [1, 3, 9]})", "h",
                                 R"("method": {"name": "halving", "size": 4, "brackets": 2, "eta": 2}, )");
  const auto method = make_method(space);
  const auto end_some = [&](int count) {
    Store store(file, space, "f", {});
    for (int i = 0; i < count; ++i) {
      const Training training = method->next().value();
      const bool fails = training.rung->bracket == 0 && training.rung->number == 0 && i > 0;
      store.finish(training, 0, worker(), fails ? failure("for a test") : outcome(0.5));
      method->learn(training, 0, fails ? Ended{} : Ended{0.5});
    }
  };
  const auto funnels = [&] {
    SQLite::Database database(file);
    return read_funnels(database, "h", space, {});
  };
  end_some(5);  // only one of bracket 0 has a value, and goes on alone
  CHECK(funnels().begun == std::vector<Funnel>{{0, {1, 3, 9}, {4, 1, 0}, {4, 2, 1}}});
  CHECK_FALSE(funnels().through);
  end_some(1);
  end_some(7);
  CHECK(funnels().begun ==
        std::vector<Funnel>{{0, {1, 3, 9}, {4, 1, 1}, {4, 2, 1}}, {1, {1, 3, 9}, {4, 2, 1}, {4, 2, 1}}});
  CHECK_FALSE(method->next());
  CHECK(method->exhausted());
  CHECK(funnels().through);
  const std::vector<Funnel> before = funnels().begun;
  execute(file,
          "UPDATE trials SET bracket = NULL, rung = NULL");  // like rows from an earlier grid, or from another search
  CHECK(funnels().begun == before);
}

TEST_CASE("a halving that chooses by the best epoch is done by the values at best epochs") {
  const TemporaryFolder folder;
  const auto file = folder / "h.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 1000}, "epochs": [1, 3]})", "h",
                                 R"("method": {"name": "halving", "size": 2, "brackets": 1, "eta": 2},
                                    "metric": {"name": "score", "at": "best"}, )");
  const auto method = make_method(space);
  {
    Store store(file, space, "f", {});
    for (const auto& [last, best] : {std::pair{0.5, 0.9}, std::pair{0.6, 0.1}, std::pair{0.5, 0.9}}) {
      const Training training = method->next().value();
      store.finish(training, 0, worker(), outcome(last));
      method->learn(training, 0, Ended{best});
    }
  }
  REQUIRE(method->exhausted());
  execute(file, "UPDATE trials SET best_metric = iif(json_extract(metrics, '$.score') = 0.6, 0.1, 0.9)");
  SQLite::Database database(file);
  CHECK(read_funnels(database, "h", space, {}).through);
}
