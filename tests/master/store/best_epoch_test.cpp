#include "master/store/best_epoch.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "master/store/merge.hpp"
#include "master/store/schema.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/best_epoch_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

using Rows = std::vector<std::string>;
const Rows by_accuracy{"2|2|0.7", "4|3|0.9", "6|3|0.9"}, by_loss{"2|1|0.4", "4|4|0.3", "6|4|0.3"};

}  // namespace

TEST_CASE("each milestone has the best epoch of its curve so far, the first at a tie, by metric and goal") {
  CHECK(CurveSearch().rows() == by_accuracy);
  CHECK(CurveSearch(R"("validation_loss")").rows() == by_loss);
  CHECK(CurveSearch(R"({"name": "validation_loss", "goal": "maximize"})").rows() ==
        Rows{"2|2|0.6", "4|2|0.6", "6|5|0.7"});
}

TEST_CASE("the best epoch may be of an earlier commit, an earlier run, and an earlier milestone") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = searching_by(accuracy);
  for (const std::int64_t k : {0, 1, 2}) {
    Store store(file, space, "f", {});
    Training rest = store.missing(training(space, 0)).value();
    REQUIRE(rest.milestones.size() == 3 - static_cast<std::size_t>(k));
    store.add_epochs(rest, {epoch(2 * k + 1)});
    store.commit();
    store.add_epochs(rest, {epoch(2 * k + 2)});
    store.finish(rest, 0, worker(), outcome(0.5, "validation_accuracy"));
  }
  CHECK(query(file, "SELECT epochs, best_epoch, best_metric FROM results ORDER BY 1") == by_accuracy);
}

TEST_CASE("the best on the way is known before it is committed, and after, also to who comes later") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  for (const auto& [metric, values] :
       {std::pair(std::string(R"({"name": "validation_accuracy", "at": "best"})"), std::vector{0.7, 0.9, 0.9}),
        {R"({"name": "validation_loss", "at": "best"})", {0.4, 0.3, 0.3}}}) {
    std::filesystem::remove(file);
    const Space space = searching_by(metric);
    const Training t = training(space, 0);
    {
      Store store(file, space, "f", {});
      CHECK_FALSE(store.best_until(t, 0));
      for (const std::int64_t k : {0, 1, 2}) {
        reach(store, t, k);
        CHECK(store.best_until(t, static_cast<std::size_t>(k)) == values[static_cast<std::size_t>(k)]);
        if (k == 1) store.commit();
      }
      CHECK(store.best_until(t, 0) == values[0]);
    }
    Store again(file, space, "f", {});
    for (std::size_t k = 0; k < 3; ++k) CHECK(again.ended(t, k)->value == values[k]);
  }
}

TEST_CASE("rows without a defined value, a curve or an end have no best epoch") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = searching_by(accuracy);
  {
    Store store(file, space, "f", {});
    const Training t = training(space, 0);
    store.add_epochs(t, {{1, 1, {{"validation_accuracy", std::nan("")}}}});
    store.finish(t, 0, worker(), outcome(0.5, "validation_accuracy"));
    store.commit();
    store.add_epochs(t, {epoch(3)});
    store.finish(t, 1, worker(), outcome(0.5, "validation_accuracy"));
    store.finish(t, 2, worker(), failure("nan", Status::diverged));
  }
  CHECK(query(file, "SELECT epochs, best_epoch, best_metric FROM results ORDER BY 1") ==
        Rows{"2|NULL|NULL", "4|3|0.9", "6|NULL|NULL"});
}

TEST_CASE("a search that chooses by another metric has its best epochs anew, in the JSON lines too") {
  const CurveSearch search;
  const auto in_lines = [&] {
    Rows rows;
    for (const std::string& line : lines(search.folder / "s.jsonl")) {
      const auto json = nlohmann::json::parse(line);
      rows.push_back(fmt::format("{}|{}|{}", json["configuration"]["epochs"].get<int>(), json["best_epoch"].get<int>(),
                                 json["best_metric"].get<double>()));
    }
    return rows;
  };
  CHECK(in_lines() == by_accuracy);
  Store(search.file, searching_by(R"("validation_loss")"), "f", {.json = search.folder / "s.jsonl"});
  CHECK(search.rows() == by_loss);
  CHECK(in_lines() == by_loss);
}

TEST_CASE("a merged search has the best epochs by its own metric") {
  const CurveSearch one(R"("validation_loss")"), other;
  const Space loss = searching_by(R"("validation_loss")");
  const auto out = one.folder / "out.db";
  { Store(out, loss, "f", {}); }
  SQLite::Database into(out, SQLite::OPEN_READWRITE);
  merge_database(into, out, other.file);
  CHECK(query(out, "SELECT best_epoch FROM trials ORDER BY milestone") == Rows{"1", "4", "4"});
}

TEST_CASE("a file of version 2 gets the best epochs of its curves") {
  const CurveSearch search;
  execute(search.file,
          "DROP VIEW results; DROP VIEW curves; ALTER TABLE trials DROP COLUMN best_epoch; ALTER TABLE trials DROP "
          "COLUMN best_metric; ALTER TABLE searches DROP COLUMN metric_at; ALTER TABLE trials DROP COLUMN method; "
          "ALTER TABLE trials DROP COLUMN proposal; ALTER TABLE trials DROP COLUMN bracket; ALTER TABLE trials DROP "
          "COLUMN rung; ALTER TABLE trials DROP COLUMN rank_seconds; ALTER TABLE searches DROP COLUMN width; "
          "DROP TABLE proposals; PRAGMA user_version = 2");
  SQLite::Database database(search.file, SQLite::OPEN_READWRITE);
  upgrade_tables(database);
  CHECK(search.rows() == by_accuracy);
  CHECK(query(search.file, "SELECT json_bytes FROM searches") == Rows{"NULL"});
}

TEST_CASE("a search chooses by the end of its trials, or by their best epochs") {
  const auto best_of = [](const std::string& at) {
    const Space space = searching_by(R"({"name": "validation_accuracy", "at": ")" + at + "\"}");
    TemporaryFolder folder;
    std::vector<double> heard;
    const auto hear = [&](const RatedTrial& trial, const Identity&) { heard.push_back(trial.metric); };
    Store store(folder / "s.db", space, "f", {.committed = hear});
    for (const std::int64_t k : {0, 1, 2}) reach(store, training(space, 0), k);
    store.commit();
    const RatedTrial best = store.best().value();
    CHECK(heard[best.trial.value - 1] == best.metric);
    store.close();
    const Store again(folder / "s.db", space, "f", {});
    CHECK(again.best()->trial == best.trial);
    CHECK(again.best()->metric == best.metric);
    CHECK(Store(folder / "s.db", space, "f", {}).find(best.trial)->rated.metric == best.metric);
    return std::pair(best.trial.value, best.metric);
  };
  CHECK(best_of("last") == std::pair(std::uint64_t{2}, 0.8));
  CHECK(best_of("best") == std::pair(std::uint64_t{2}, 0.9));
}
