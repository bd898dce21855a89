#include "master/store/reuse.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/master/store/best_epoch_fixture.hpp"
#include "tests/master/store/own_space.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

using Rows = std::vector<std::string>;

/// A search with the name of `space`, in a file of that name. Its first `complete` trainings are complete, the next one
/// failed; the score is 0.1 * index.
std::filesystem::path searched(const TemporaryFolder& folder, const Space& space, std::uint64_t complete,
                               const std::string& fingerprint = "f") {
  const auto file = folder / (space.name + ".db");
  Store store(file, space, fingerprint, {});
  for (std::uint64_t i = 0; i < complete; ++i) {
    const Training t = training(space, i);
    const auto index = Reader(t.configuration, *space.experiment).integer("index");
    store.finish(t, 0, worker(), outcome(0.1 * double(index)));
  }
  store.finish(training(space, complete), 0, worker(), failure("no"));
  return file;
}

}  // namespace

TEST_CASE("what has ended elsewhere of the same configurations is copied, and the rest is missing") {
  TemporaryFolder folder;
  const auto old = searched(folder, noop_space(R"({"index": [1, 2, 3, 4, 5]})", "old"), 3);
  const Space space = noop_space(R"({"index": [9, 4, 3, 2], "replicate": [0, 1]})", "new");
  const auto file = folder / "new.db";
  const auto missing = [&](Store& store) {
    std::string digits;
    for (std::uint64_t i = 0; i < 8; ++i) digits += store.missing(training(space, i)) ? 'x' : '-';
    return digits;
  };
  SUBCASE("failures too") {
    Store store(file, space, "f", {.json = folder / "new.jsonl", .reuse = {old}});
    CHECK(store.reused() == 3);
    CHECK(missing(store) == "xx-x-x-x");  // 9, 4, 3, 2 x 0, 1
    CHECK(store.counts().complete == 2);
    CHECK(store.counts().failed == 1);
    CHECK(store.best()->metric == 0.1 * 3);
    CHECK(lines(folder / "new.jsonl").size() == 3);
    for (std::uint64_t i : {0, 1, 3}) store.finish(training(space, i), 0, worker(), outcome(0.9));
    store.commit();
    CHECK(lines(folder / "new.jsonl").size() == 6);
  }
  SUBCASE("but for those that are to be retried") {
    Store store(file, space, "f", {.retry_failed = true, .reuse = {old}});
    CHECK(store.reused() == 2);
    CHECK(missing(store) == "xxxx-x-x");
  }
  SUBCASE("once, and what is here stays") {
    {
      Store store(file, space, "f", {});
      store.finish(training(space, 4), 0, worker(), outcome(0.75));
    }
    { CHECK(Store(file, space, "f", {.reuse = {old}}).reused() == 2); }
    { CHECK(Store(file, space, "f", {.reuse = {old, old}}).reused() == 0); }
    CHECK(query(file, "SELECT \"index\", status, score, host, started FROM results ORDER BY \"index\"") ==
          Rows{"2|complete|0.2|node1|2023-11-14T22:13:20Z", "3|complete|0.75|node1|2023-11-14T22:13:20Z",
               "4|failed|NULL|node1|2023-11-14T22:13:20Z"});
  }
}

TEST_CASE("nothing of other data, another experiment, another seed or another configuration is copied") {
  TemporaryFolder folder;
  const Space same = noop_space(R"({"index": [1, 2, 3, 4]})", "a");
  const auto other_data = searched(folder, same, 3, "g");
  const Space seeded = parse_space(
      R"({"name": "b", "experiment": "noop", "seed": 8, "parameters": {"index": [1, 2, 3, 4]}})", "space.json", "/");
  const auto other_seed = searched(folder, seeded, 3);
  const auto other_values = searched(folder, noop_space(R"({"index": [1, 2, 3, 4], "replicate": 1})", "c"), 3);
  const CurveSearch other_experiment;
  const Space space = noop_space(R"({"index": [1, 2, 3, 4]})", "new");
  Store store(folder / "new.db", space, "f", {.reuse = {other_data, other_seed, other_values, other_experiment.file}});
  CHECK(store.reused() == 0);
}

TEST_CASE("nothing is copied of an own experiment that shares trainings otherwise") {
  TemporaryFolder folder;
  const auto file = folder / "old.db";
  const std::string grid = R"("parameters": {"epochs": [5, 10], "schedule": ["constant", "cosine"]})";
  const Space old = own_space("", grid), edited = own_space(R"(, "of_length": ["cosine"])", grid);
  { Store(file, old, "f", {}).finish(training(old, 0), 0, worker(), outcome(0.5)); }
  const auto reused = [&](const std::string& name, const Space& space) {
    return Store(folder / name, space, "f", {.reuse = {file}}).reused();
  };
  CHECK(reused("same.db", old) == 1);
  CHECK_THROWS_WITH_AS(
      reused("edited.db", edited),
      (file.string() + ": search 's' there has trainings by milestone epochs, of_length [] rather than "
                       "milestone epochs, of_length [cosine of schedule], as 's' has now; reuse "
                       "another database")
          .c_str(),
      InputError);
}

TEST_CASE("more rows than are read at once are copied, and stand in no method here") {
  TemporaryFolder folder;
  const auto space = [](const char* name) {
    return noop_space(R"({"index": {"min": 1, "max": 5002, "step": 1}})", name);
  };
  const auto old = searched(folder, space("old"), 5000);  // and one that failed
  execute(old, "UPDATE trials SET method = 'halving', proposal = 1, bracket = 2, rung = 3");
  Store store(folder / "new.db", space("new"), "f", {.reuse = {old}});
  CHECK(store.reused() == 5001);
  CHECK(query(folder / "new.db",
              "SELECT count(*), count(method), count(proposal), count(bracket), count(rung) FROM trials") ==
        Rows{"5001|0|0|0|0"});
}

TEST_CASE("curves come along, and best epochs are by the metric here") {
  const CurveSearch old;  // by accuracy
  const Space space = parse_space(
      R"({"name": "new", "experiment": "tornado", "data": {"train": "a", "validation": "b", "test": "c"},
          "metric": "validation_loss", "parameters": {"epochs": [4, 8]}})",
      "space.json", "/");
  const auto file = old.folder / "new.db";
  Store store(file, space, "f", {.reuse = {old.file}});
  CHECK(store.reused() == 1);
  CHECK(store.missing(training(space, 0))->milestones == std::vector<std::int64_t>{8});
  CHECK(query(file, "SELECT epochs, best_epoch, best_metric FROM results") == Rows{"4|4|0.3"});
  CHECK(query(file, "SELECT count(*), max(epoch) FROM curves") == Rows{"4|4"});
}

TEST_CASE("rows from before a hyperparameter was added have its default, and are reported until they are copied") {
  TemporaryFolder folder;
  std::vector<Experiment> before{find_experiment("noop", "here")}, after = before;
  after[0].hyperparameters.push_back({.name = "wd", .type = Type::real, .fallback = 0.5, .min = 0, .max = 1});
  const auto space = [](const std::vector<Experiment>& known, const std::string& more) {
    return parse_space(
        R"({"name": "s", "experiment": "noop", "parameters": {"index": [1, 2, 3], "epochs": [2, 4])" + more + "}}",
        "s.json", "/", known);
  };
  const Space plain = space(before, ""), decayed = space(after, R"(, "wd": [0, 0.5])"),
              other = space(after, R"(, "wd": 1)");
  const auto old = folder / "old.db", file = folder / "new.db";
  {
    Store store(old, plain, "f", {});
    store.add_epochs(training(plain, 1), {{1, 0.5, {{"score", 0.25}}}, {2, 1, {{"score", 0.5}}}});
    store.finish(training(plain, 1), 0, worker(), outcome(0.5));
  }
  CHECK(rows_of_earlier_experiment(old, plain).empty());
  CHECK(rows_of_earlier_experiment(file, decayed).empty());
  CHECK(rows_of_earlier_experiment(old, decayed) ==
        old.string() +
            ": of search 's' 1 rows lack wd, which its experiment has by now, and are none of its trials; run "
            "it with --reuse " +
            old.string() + " and another --results, which takes them at the default");
  CHECK(Store(folder / "other.db", other, "f", {.reuse = {old}}).reused() == 0);
  Store store(file, decayed, "f", {.reuse = {old}});
  CHECK(store.reused() == 1);
  CHECK(query(file, R"(SELECT "index", epochs, wd, score, best_epoch FROM results)") == Rows{"2|2|0.5|0.5|2"});
  CHECK(query(file, "SELECT count(*) FROM curves WHERE trial = 1") == Rows{"2"});
  CHECK(store.missing(training(decayed, 3))->milestones == std::vector<std::int64_t>{4});  // index 2, wd 0.5
  CHECK(rows_of_earlier_experiment(file, decayed).empty());
  CHECK(Store(folder / "back.db", plain, "f", {.reuse = {file}}).reused() == 0);  // no way back
}

TEST_CASE("files that are no results are refused") {
  TemporaryFolder folder;
  const Space space = noop_space(R"({"index": [1]})");
  std::ofstream(folder / "notes.db") << std::string(5000, 'x');
  const auto reuse = [&](const char* name) { Store(folder / "new.db", space, "f", {.reuse = {folder / name}}); };
  CHECK_THROWS_WITH_AS(reuse("notes.db"), doctest::Contains("notes.db: this is not a results database"), InputError);
  CHECK_THROWS_WITH_AS(reuse("none.db"), doctest::Contains("none.db: there is no such file"), InputError);
}
