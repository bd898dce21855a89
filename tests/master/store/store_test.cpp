#include "master/store/store.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "master/store/database.hpp"
#include "master/store/row_outcomes.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

const std::string three = R"({"index": [1, 2, 3]})";

/// Leaves the database like a killed master: with running rows, and a writer whose process is gone.
void store_and_crash(const std::filesystem::path& file, const Space& space, const std::function<void(Store&)>& work) {
  std::filesystem::path copy = file;
  copy += ".copy";
  {
    Store store(file, space, "f", {});
    work(store);
    store.commit();
    std::filesystem::copy_file(file, copy);
  }
  std::filesystem::rename(copy, file);
  execute(file, "UPDATE searches SET writer_pid = 999999999");
}

}  // namespace

TEST_CASE("a finished trial is there after reopening, and only the others are missing") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(three);
  {
    Store store(file, space, "f", {});
    CHECK(store.missing(training(space, 1)) == training(space, 1));
    store.finish(training(space, 1), 0, worker(), outcome(0.5));
  }
  Store store(file, space, "f", {});
  CHECK_FALSE(store.missing(training(space, 1)));
  CHECK(store.missing(training(space, 0)) == training(space, 0));
  CHECK(store.counts().complete == 1);
  REQUIRE(store.best());
  CHECK(store.best()->metric == 0.5);
}

TEST_CASE("at a tie in the metric the best is the first in the search's order, whoever was stored first") {
  for (const auto& order : {std::vector<std::uint64_t>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}}) {
    TemporaryFolder folder;
    const auto file = folder / "s.db";
    const Space space = noop_space(three);
    const auto best_index = [&](Store& store) {
      return query(file, fmt::format("SELECT \"index\" FROM results WHERE trial = {}", store.best()->trial.value));
    };
    Store store(file, space, "f", {});
    for (const std::uint64_t i : order) {
      store.finish(training(space, i), 0, worker(), outcome(i == 2 ? 0.25 : 0.5));
      store.commit();
    }
    CHECK(best_index(store) == std::vector<std::string>{"1"});
    store.close();
    Store again(file, space, "f", {});
    CHECK(best_index(again) == std::vector<std::string>{"1"});
  }
}

TEST_CASE("the view has a column a hyperparameter and a metric, and readable times") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2], "milliseconds": [1, 2.5]})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 4; ++i) store.finish(training(space, i), 0, worker(), outcome(0.25 * double(i)));
  }
  CHECK(query(file, "SELECT * FROM results WHERE trial = 2") ==
        std::vector<std::string>{
            "s|2|1|7|NULL|NULL|NULL|NULL|complete|1|2|node1|cpu|3|1|2|Xeon|stormsweep "
            "0.1.0|1|2.5|complete|1|0|1|1.5|0.25|0.125|"
            "1.0|0.0625|1000.0|2000000000.0|0.5|1.5|0.25|NULL|NULL|NULL|2023-11-14T22:13:20Z|2023-11-14T22:13:21Z"});
  CHECK(query(file, "SELECT \"index\", avg(score) FROM results GROUP BY 1") ==
        std::vector<std::string>{"1|0.125", "2|0.625"});
  CHECK(query(file, "SELECT DISTINCT typeof(milliseconds), typeof(\"index\") FROM results") ==
        std::vector<std::string>{"real|integer"});
}

TEST_CASE("views hold the union of the experiments in the file; flags are 0 or 1") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space noop = noop_space(three, "n");
  const Space tornado = tornado_space(R"({"batch_size": [128, 256], "pool_last": [false, true], "epochs": [1]})");
  {
    Store store(file, noop, "f", {});
    store.finish(training(noop, 0), 0, worker(), outcome(0.5));
  }
  {
    Store store(file, tornado, "f", {});
    for (std::uint64_t i = 0; i < 4; ++i)
      store.finish(training(tornado, i), 0, worker(), outcome(double(i), "test_accuracy"));
  }
  CHECK(query(file, "SELECT search, \"index\", pool_last, batch_size, test_accuracy, score FROM results") ==
        std::vector<std::string>{"n|1|NULL|NULL|NULL|0.5", "s|NULL|0|128|0.0|NULL", "s|NULL|1|128|1.0|NULL",
                                 "s|NULL|0|256|2.0|NULL", "s|NULL|1|256|3.0|NULL"});
  CHECK(query(file, "SELECT batch_size, avg(wall_seconds) FROM results GROUP BY 1") ==
        std::vector<std::string>{"NULL|1.5", "128|1.5", "256|1.5"});
}

TEST_CASE("a second outcome of the same trial is ignored") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(three);
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(0.5));
    store.finish(training(space, 0), 0, worker(), outcome(0.75));
    store.commit();
    store.finish(training(space, 0), 0, worker(), failure("late"));
    store.commit();
    CHECK(store.counts().complete == 1);
    CHECK(store.counts().terminal() == 1);
  }
  CHECK(query(file, "SELECT status, score FROM results") == std::vector<std::string>{"complete|0.5"});
}

TEST_CASE("trials left running by a dead job wait, with their attempt") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(three);
  store_and_crash(file, space, [&](Store& store) {
    Training second = training(space, 1);
    second.attempt = 2;
    store.start(second, 0, worker(), 1.7e9);
    CHECK(store.counts().running == 1);
  });
  CHECK(query(file, "SELECT status, attempt FROM results") == std::vector<std::string>{"running|2"});
  Store store(file, space, "f", {});
  CHECK(query(file, "SELECT status FROM results") == std::vector<std::string>{"waiting"});
  CHECK(store.counts().running == 0);
  const auto again = store.missing(training(space, 1));
  REQUIRE(again);
  CHECK(again->attempt == 2);
  store.finish(*again, 0, worker(), outcome(0.5));
  store.commit();
  CHECK(query(file, "SELECT trial, status, attempt FROM results") == std::vector<std::string>{"1|complete|2"});
  CHECK(store.best()->trial == TrialId{1});
}

TEST_CASE("missing milestones shorten the training") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = tornado_space(R"({"epochs": [5, 10, 15], "batch_size": [32, 64]})");
  const Training whole = training(space, 1);
  REQUIRE(whole.milestones == std::vector<std::int64_t>{5, 10, 15});
  {
    Store store(file, space, "f", {});
    store.finish(whole, 0, worker(), outcome(0.5, "test_loss"));
    store.finish(whole, 2, worker(), outcome(0.25, "test_loss"));
  }
  Store store(file, space, "f", {});
  const auto rest = store.missing(whole);
  REQUIRE(rest);
  CHECK(rest->milestones == std::vector<std::int64_t>{10});
  CHECK(Reader(rest->configuration, *space.experiment).integer("epochs") == 10);
  CHECK(query(file, "SELECT epochs, batch_size FROM results") == std::vector<std::string>{"5|64", "15|64"});
}

TEST_CASE("failed trials stay unless they are to be retried; their attempts then start anew") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3, 4, 5]})");
  {
    Store store(file, space, "f", {});
    Training first = training(space, 0);
    first.attempt = 2;
    store.finish(first, 0, worker(), failure("worker lost\ntwice"));
    store.finish(training(space, 1), 0, worker(), failure("nan", Status::diverged));
    store.finish(training(space, 2), 0, worker(), failure("2 GB", Status::out_of_memory));
    store.finish(training(space, 3), 0, worker(), outcome(0.25));
    store.finish(training(space, 4), 0, worker(), outcome(0.5));
    CHECK(store.counts().failed == 1);
    CHECK(store.counts().terminal() == 5);
  }
  CHECK(query(file, "SELECT error FROM results WHERE trial = 1") == std::vector<std::string>{"worker lost twice"});
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 5; ++i) CHECK_FALSE(store.missing(training(space, i)));
  }
  { Store stopped(file, space, "f", {.json = {}, .retry_failed = true}); }
  CHECK(query(file,
              "SELECT status, attempt, score, wall_seconds, error, started, finished FROM results "
              "WHERE status <> 'complete'") == std::vector<std::string>(3, "waiting|1|NULL|NULL|NULL|NULL|NULL"));
  Store store(file, space, "f", {.json = {}, .retry_failed = true});
  for (std::uint64_t i = 0; i < 3; ++i) CHECK(store.missing(training(space, i)) == training(space, i));
  for (std::uint64_t i = 3; i < 5; ++i) CHECK_FALSE(store.missing(training(space, i)));
  store.finish(training(space, 0), 0, worker(), outcome(0.75));
  store.commit();
  CHECK(store.counts().failed == 0);
  CHECK(store.counts().complete == 3);
  CHECK(query(file, "SELECT trial, status, score, error FROM results WHERE \"index\" = 1") ==
        std::vector<std::string>{"1|complete|0.75|NULL"});
}

TEST_CASE("numbers come back to the last bit; undefined metrics are NULL") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": {"min": 0, "max": 999, "count": 1000}})");
  std::mt19937_64 random(1);
  std::vector<double> metrics;
  for (int i = 0; i < 1000; ++i) {
    double value = std::bit_cast<double>(random());
    if (i % 2) value = double(random() >> 11) * 0x1p-53;
    metrics.push_back(i == 0 ? std::numeric_limits<double>::quiet_NaN() : value);
  }
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 1000; ++i) {
      Outcome o = outcome(metrics[i]);
      o.timings.wall = metrics[i];
      store.finish(training(space, i), 0, worker(), o);
    }
  }
  SQLite::Database database(file);
  SQLite::Statement select(database, "SELECT metrics, wall_seconds FROM trials ORDER BY id");
  for (const double expected : metrics) {
    REQUIRE(select.executeStep());
    if (std::isfinite(expected)) {
      const double read = nlohmann::json::parse(select.getColumn(0).getString())["score"];
      CHECK(std::bit_cast<std::uint64_t>(read) == std::bit_cast<std::uint64_t>(expected));
      CHECK(select.getColumn(1).getDouble() == expected);
    } else {
      CHECK(select.getColumn(0).getString() == R"({"score":null})");
    }
  }
  CHECK(query(file, "SELECT score, wall_seconds FROM results WHERE trial = 1") ==
        std::vector<std::string>{"NULL|NULL"});
}

TEST_CASE("curves are stored once a training and shown up to each trial's milestone") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = tornado_space(R"({"epochs": [1, 3]})");
  const Training both = training(space, 0);
  {
    Store store(file, space, "f", {});
    for (std::int64_t epoch = 1; epoch <= 3; ++epoch)
      store.add_epochs(both, {{epoch, double(epoch), {{"train_loss", 1.0 / double(epoch)}, {"sharpness", 0.5}}}});
    store.add_epochs(both, {{1, 99, {{"train_loss", 99}}}});
    store.finish(both, 0, worker(), outcome(0.5, "test_accuracy"));
    store.finish(both, 1, worker(), outcome(0.75, "test_accuracy"));
  }
  CHECK(query(file, "SELECT count(*) FROM epochs") == std::vector<std::string>{"3"});
  CHECK(query(file, "SELECT trial, epoch, seconds, train_loss, sharpness FROM curves ORDER BY 1, 2") ==
        std::vector<std::string>{"1|1|1.0|1.0|0.5", "2|1|1.0|1.0|0.5", "2|2|2.0|0.5|0.5",
                                 "2|3|3.0|0.333333333333333|0.5"});
  const Space longer = tornado_space(R"({"epochs": [2, 3, 4], "batch_size": [128]})");
  Store store(file, longer, "f", {});
  store.add_epochs(training(longer, 0), {{4, 4, {{"train_loss", 0.25}}}});
  store.commit();
  CHECK(query(file, "SELECT count(*), count(DISTINCT curve) FROM epochs") == std::vector<std::string>{"4|1"});
}

TEST_CASE("a reader that holds the file costs nothing: outcomes wait in memory until it lets go") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3]})");
  Store store(file, space, "f", {.json = folder / "s.jsonl", .last_patience = Seconds(0.1)});
  store.finish(training(space, 0), 0, worker(), outcome(0.1));
  REQUIRE(store.commit());
  {
    SQLite::Database reader(file, SQLite::OPEN_READONLY);
    SQLite::Statement slow(reader, "SELECT * FROM trials");
    REQUIRE(slow.executeStep());
    store.finish(training(space, 1), 0, worker(), outcome(0.2));
    CHECK_FALSE(store.commit(Seconds(0.01)));
    CHECK(store.problem() == file.string() +
                                 ": another process keeps it locked, or its file system cannot lock; end that process, "
                                 "or name another file");
    store.finish(training(space, 2), 0, worker(), outcome(0.3));
    CHECK_FALSE(store.commit(Seconds(0)));
    CHECK(store.settle() == 2);
    CHECK(store.counts().complete == 3);
    CHECK(query(file, "SELECT score FROM results") == std::vector<std::string>{"0.1"});
  }
  CHECK(store.settle() == 0);
  CHECK(store.problem().empty());
  CHECK(query(file, "SELECT score FROM results") == std::vector<std::string>{"0.1", "0.2", "0.3"});
  CHECK(lines(folder / "s.jsonl").size() == 3);
}

TEST_CASE("a closed store has given its search up: nothing runs, and nobody writes it") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2]})");
  Store store(file, space, "f", {});
  store.start(training(space, 0), 0, worker(), 1.7e9);
  store.commit();
  CHECK(query(file, "SELECT status FROM trials") == std::vector<std::string>{"running"});
  store.close();
  CHECK(query(file, "SELECT status FROM trials") == std::vector<std::string>{"waiting"});
  CHECK(query(file, "SELECT writer_host FROM searches") == std::vector<std::string>{"NULL"});
}

TEST_CASE("an earlier run that was out of memory is reported as that") {
  TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1, 2, 3], "epochs": [1, 3]})", "s", R"("method": "halving", )");
  {
    Store store(folder / "s.db", space, "f", {});
    store.finish(training(space, 0), 0, worker(), failure("no", Status::out_of_memory));
    store.finish(training(space, 1), 0, worker(), failure("no"));
  }
  Store store(folder / "s.db", space, "f", {});
  CHECK(store.ended(training(space, 0), 0)->out_of_memory);
  CHECK_FALSE(store.ended(training(space, 1), 0)->out_of_memory);
  CHECK_FALSE(store.ended(training(space, 2), 0));
  SQLite::Database database = open_for_reading(folder / "s.db");
  const RowOutcomes rows = read_row_outcomes(database, "s", space);
  const auto key = [&](std::uint64_t i) {
    return identity(training(space, i).trial(0, *space.experiment), *space.experiment, space.seed);
  };
  CHECK(rows.at(key(0))->out_of_memory);
  CHECK_FALSE(rows.at(key(1))->out_of_memory);
}
