#include "master/report/what_if.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using doctest::Approx;

namespace {

/// index 0 ... 8 at 1, 3 and 9 epochs, recorded in `file` but for the last `missing` trainings: the score is the index,
/// at 3 epochs the other way round; an epoch takes 2 s.
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
  record(folder.path / "r.db");
  const RecordedGrid grid = read_recorded_grid(folder.path / "r.db", "");
  CHECK(grid.best == 8);
  // Of nine at 1 epoch 6, 7 and 8 go on, of these 6, which is the best at 3: 9 + 3 * 2 + 6 epochs.
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
}

TEST_CASE("a search that is not whole, or has ranges, cannot be replayed") {
  const TemporaryFolder folder;
  record(folder.path / "r.db", 2);
  CHECK_THROWS_WITH_AS(read_recorded_grid(folder.path / "r.db", ""),
                       doctest::Contains("6 of the 27 trials of search 'r' are missing; run it to its end first"),
                       InputError);
  const Space ranges =
      noop_space(R"({"index": {"min": 0, "max": 8}})", "d", R"("method": {"name": "random", "trials": 1}, )");
  { Store(folder.path / "d.db", ranges, "f", {}); }
  CHECK_THROWS_WITH_AS(read_recorded_grid(folder.path / "d.db", ""), doctest::Contains("only a grid can be replayed"),
                       InputError);
}

TEST_CASE("a rung that is not recorded is told") {
  const TemporaryFolder folder;
  record(folder.path / "r.db");
  const RecordedGrid grid = read_recorded_grid(folder.path / "r.db", "");
  const Space other =
      noop_space(R"({"index": {"min": 0, "max": 8, "step": 1}, "epochs": [1, 2]})", "r", R"("method": "halving", )");
  CHECK_THROWS_WITH_AS(what_if(other, grid), doctest::Contains("nothing is recorded at 2 epochs"), InputError);
}
