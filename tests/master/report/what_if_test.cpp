#include "master/report/what_if.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

namespace {

/// index 0 ... 8 at 1, 3 and 9 epochs, recorded in `file` except for the last `missing` trainings. The score is the
/// index, in reverse order at 3 epochs; an epoch takes 2 s.
void record(const std::filesystem::path& file, std::uint64_t missing = 0) {
  const Space space =
      noop_space(R"({"index": {"min": 0, "max": 8, "step": 1}, "epochs": [1, 3, 9]})", "r", R"("metric": "score", )");
  Store store(file, space, "f", {});
  for (std::uint64_t i = 0; i < 9 - missing; ++i) {
    const Training each = training(space, i);
    for (std::size_t k = 0; k < 3; ++k) {
      Outcome of = outcome(k == 1 ? 8.0 - static_cast<double>(i) : static_cast<double>(i));
      of.timings.wall = 2.0 * static_cast<double>(each.milestones[k]);
      store.finish(each, k, worker(), of);
    }
  }
}

Space by(const std::string& method) {
  return parse_space(R"({"name": "r", "experiment": "noop", "seed": 7, "method": )" + method + R"(, "parameters":
    {"index": {"min": 0, "max": 8, "step": 1}, "epochs": [1, 3, 9]}})",
                     "space.json", "/");
}

}  // namespace

TEST_CASE("halving on a recorded grid of nine, by hand") {
  const TemporaryFolder folder;
  record(folder / "r.db");
  const RecordedGrid grid = read_recorded_grid(folder / "r.db", "");
  CHECK(grid.best == 8);
  // Among nine, 6, 7 and 8 go on after 1 epoch, and among these 6, the best at 3 epochs: 9 + 3 * 2 + 6 epochs.
  const WhatIf halving = what_if(by(R"("halving")"), grid);
  CHECK(halving.trainings == 9);
  CHECK(halving.trials == 13);
  CHECK(halving.epochs == 21);
  CHECK(halving.seconds == Approx(42));
  CHECK(halving.found == 8);
  REQUIRE(halving.within(0.01, grid));
  CHECK(halving.within(0, grid)->trials <= 9);

  const WhatIf all = what_if(grid.space, grid);
  CHECK(all.trainings == 9);
  CHECK(all.trials == 27);
  CHECK(all.epochs == 81);
  CHECK(all.within(0, grid)->trials == 2);  // 8 at 3 epochs of index 0
  CHECK(all.within(0, grid)->epochs == 3);
  CHECK(all.within(0, grid)->seconds.value() == Approx(6));
}

TEST_CASE("a search that is not whole, or has ranges, cannot be replayed") {
  const TemporaryFolder folder;
  record(folder / "r.db", 2);
  CHECK_THROWS_WITH_AS(read_recorded_grid(folder / "r.db", ""),
                       doctest::Contains("6 of the 27 trials of search 'r' are missing; run it to its end first"),
                       InputError);
  const Space ranges =
      noop_space(R"({"index": {"min": 0, "max": 8}})", "d", R"("method": {"name": "random", "trials": 1}, )");
  { Store(folder / "d.db", ranges, "f", {}); }
  CHECK_THROWS_WITH_AS(read_recorded_grid(folder / "d.db", ""), doctest::Contains("only a grid can be replayed"),
                       InputError);
}

TEST_CASE("a rung that is not recorded is reported") {
  const TemporaryFolder folder;
  record(folder / "r.db");
  const RecordedGrid grid = read_recorded_grid(folder / "r.db", "");
  const Space other =
      noop_space(R"({"index": {"min": 0, "max": 8, "step": 1}, "epochs": [1, 2]})", "r", R"("method": "halving", )");
  CHECK_THROWS_WITH_AS(what_if(other, grid), doctest::Contains("nothing is recorded at 2 epochs"), InputError);
}

TEST_CASE(
    "a configuration that has failed before a rung has failed there too, and times that are not there are not 0") {
  const TemporaryFolder folder;
  const auto file = folder / "f.db";
  const Space space = noop_space(R"({"index": [0, 1, 2], "epochs": [1, 3]})", "f", R"("metric": "score", )");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 3; ++i) {
      const Training each = training(space, i);
      store.finish(each, 0, worker(), outcome(static_cast<double>(i)));
      if (i < 2) store.add_epochs(each, {{2, 3.0, {{"score", 5.0 + static_cast<double>(i)}}}});
      store.finish(each, 1, worker(), i < 2 ? outcome(7) : failure("in the second epoch"));
    }
  }
  execute(file, "UPDATE trials SET wall_seconds = NULL WHERE status = 'failed'");
  const RecordedGrid grid = read_recorded_grid(file, "");
  const Space halving = noop_space(R"({"index": [0, 1, 2], "epochs": [1, 2]})", "f",
                                   R"("metric": "score", "method": {"name": "halving", "eta": 2, "size": 3}, )");
  const WhatIf run = what_if(halving, grid);
  CHECK(run.trials == 4);
  CHECK(run.found == 2);  // 2 goes on, out of 0, 1 and 2, and fails
  CHECK_FALSE(run.seconds);
  CHECK_FALSE(what_if(grid.space, grid).seconds);
}

TEST_CASE("where a search chooses by the best epoch, a point is worth the best up to there") {
  const TemporaryFolder folder;
  const auto file = folder / "b.db";
  const Space space =
      noop_space(R"({"index": [0, 1], "epochs": [1, 3]})", "b", R"("metric": {"name": "score", "at": "best"}, )");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 2; ++i) {  // 4, 8 and 6; 5, 9 and 7
      const Training each = training(space, i);
      const double more = static_cast<double>(i);
      store.add_epochs(
          each, {{1, 1., {{"score", 4 + more}}}, {2, 2., {{"score", 8 + more}}}, {3, 3., {{"score", 6 + more}}}});
      store.finish(each, 0, worker(), outcome(4 + more));
      store.finish(each, 1, worker(), outcome(6 + more));
    }
  }
  const RecordedGrid grid = read_recorded_grid(file, "");
  CHECK(grid.best == 9);
  CHECK(grid.find(space.configuration(0), 1)->ended.value == 4);
  CHECK(grid.find(space.configuration(0), 2)->ended.value == 8);
  CHECK(grid.find(space.configuration(0), 3)->ended.value == 8);
}

TEST_CASE("the best value found at a cost, in epochs, or in trials where there are no epochs") {
  const WhatIf trained{.trials = 3, .epochs = 9, .steps = {{1, 1, 4}, {2, 3, 6}, {3, 9, 8}}};
  CHECK(trained.cost() == 9);
  CHECK_FALSE(trained.best_at(0.5));
  CHECK(trained.best_at(8) == 6);
  const WhatIf plain{.trials = 2, .steps = {{1, 0, 4}, {2, 0, 6}}};
  CHECK(plain.cost() == 2);
  CHECK(plain.best_at(1) == 4);
}

TEST_CASE("without shared epochs every trial is trained from its start") {
  const TemporaryFolder folder;
  const Space apart = noop_space(R"({"index": [0, 1], "epochs": [1, 3, 9]})", "a", R"("share_epochs": false, )");
  {
    Store store(folder / "a.db", apart, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) {
      Outcome of = outcome(0.5);
      of.timings.wall = 2.0 * static_cast<double>(training(apart, i).milestones[0]);
      store.finish(training(apart, i), 0, worker(), of);
    }
  }
  const RecordedGrid grid = read_recorded_grid(folder / "a.db", "");
  const WhatIf all = what_if(grid.space, grid);
  CHECK(all.trainings == 6);
  CHECK(all.epochs == 2 * (1 + 3 + 9));  // as one training each they would take 2 * 9
  CHECK(all.seconds == Approx(2 * 2 * (1 + 3 + 9)));
}

TEST_CASE("what is better than the grid's best, between its milestones, has reached it") {
  for (const Goal goal : {Goal::maximize, Goal::minimize}) {
    const double sign = goal == Goal::maximize ? 1 : -1;
    RecordedGrid grid{.space = noop_space(R"({"index": [0, 1], "epochs": [1, 3]})"), .curves = {}, .best = 8 * sign};
    grid.space.goal = goal;
    const WhatIf found{.steps = {{1, 1, 7 * sign}, {2, 3, 9 * sign}}};
    REQUIRE(found.within(0, grid));
    CHECK(found.within(0, grid)->trials == 2);
    CHECK(found.within(0.2, grid)->trials == 1);
  }
}

TEST_CASE("a grid that is too long to look through is refused at once, and one without a value") {
  const TemporaryFolder folder;
  const auto refusal_of = [&](const Space& space, std::uint64_t failed) {
    {
      Store store(folder / (space.name + ".db"), space, "f", {});
      for (std::uint64_t i = 0; i < failed; ++i) store.finish(training(space, i), 0, worker(), failure("for a test"));
    }
    try {
      read_recorded_grid(folder / (space.name + ".db"), "");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const Space huge = noop_space(R"({"index": {"min": 1, "max": 10000000, "step": 1}, "replicate": {"min": 1, "max":
    1000000, "step": 1}})",
                                "huge");
  CHECK(refusal_of(huge, 1) == (folder / "huge.db").string() +
                                   ": at least 9999999999999 of the 10000000000000 trials of search 'huge' are "
                                   "missing; run it to its end first");
  CHECK(refusal_of(noop_space(R"({"index": [0, 1]})", "none"), 2) ==
        (folder / "none.db").string() + ": no trial of search 'none' has a score; replay one that has");
}

TEST_CASE("quantiles over seeds: between the two nearest, those without a value last") {
  using Values = std::vector<std::optional<double>>;
  const std::optional<double> none;
  CHECK(quantile({7}, 0.5) == 7);
  CHECK(quantile({4, 2}, 0.5) == 3);
  CHECK(quantile({9, 2, 4}, 0.5) == 4);
  const Values four{8, 1, 4, 2};
  CHECK(quantile(four, 0.5) == 3);
  CHECK(quantile(four, 0.25) == 1.75);
  CHECK(quantile(four, 0.75) == 5);
  CHECK(quantile({none, 3, 1, none}, 0.5) == 3);
  CHECK(quantile({none, 3, none}, 0.5) == none);
}
