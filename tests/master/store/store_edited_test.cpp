// A search that is edited and run again under its name.
#include "master/store/store.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "search/base/error.hpp"
#include "search/methods/sequence.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

const std::string one_to_three = R"({"index": [1, 2, 3]})";

}  // namespace

TEST_CASE("an edited space under the same name runs only what is new, whatever the numbers of its trainings") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space before = noop_space(R"({"index": [1, 2, 3], "replicate": [0, 1]})");
  {
    Store store(file, before, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(before, i), 0, worker(), outcome(0.5));
  }
  const Space after = noop_space(R"({"replicate": [1, 5, 0], "index": [4, 3, 1]})");
  {
    Store store(file, after, "f", {});
    int fresh = 0;
    for (std::uint64_t i = 0; i < 9; ++i) {
      const Training t = training(after, i);
      const Reader read(t.configuration, *after.experiment);
      const bool is_new = read.integer("index") == 4 || read.integer("replicate") == 5;
      CHECK(store.missing(t).has_value() == is_new);
      store.finish(t, 0, worker(), outcome(0.75));
      fresh += is_new;
    }
    CHECK(fresh == 5);
  }
  CHECK(query(file,
              "SELECT count(*), count(DISTINCT identity), sum(json_extract(metrics, '$.score') = 0.5) FROM trials") ==
        std::vector<std::string>{"11|11|6"});
  Store store(file, before, "f", {});
  for (std::uint64_t i = 0; i < 6; ++i) CHECK_FALSE(store.missing(training(before, i)));
}

TEST_CASE("an experiment with another default or other hyperparameters trains all anew under the same name") {
  std::vector<Experiment> first{find_experiment("noop", "here")}, second = first;
  Hyperparameter width = first[0].hyperparameters[first[0].find("replicate").value()];
  width.name = "width";
  second[0].hyperparameters.push_back(width);
  SUBCASE("one that is new") {}
  SUBCASE("one that is gone") {
    std::swap(first, second);
  }
  SUBCASE("another default") {
    width.fallback = std::int64_t{8};
    first[0].hyperparameters.push_back(width);
  }
  const auto space = [](const std::vector<Experiment>& known) {
    return parse_space(R"({"name": "s", "experiment": "noop", "parameters": {"index": [1, 2, 3]}})", "s.json", "/",
                       known);
  };
  const Space before = space(first), after = space(second);
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto missing = [&](const Space& s) {
    Store store(file, s, "f", {});
    std::uint64_t trials = 0;
    for (std::uint64_t i = 0; i < 3; ++i) {
      const auto left = store.missing(training(s, i));
      trials += left.has_value();
      if (left) store.finish(*left, 0, worker(), outcome(0.5));
    }
    CHECK(store.counts().terminal() == 3);  // by which limits.trials is kept
    return trials;
  };
  CHECK(missing(before) == 3);
  CHECK(missing(before) == 0);
  CHECK(query(file, "SELECT count(*) FROM sqlite_master WHERE name = 'trials_by_identity'") ==
        std::vector<std::string>{"0"});  // an unedited one needs no second index
  CHECK(missing(after) == 3);
  CHECK(missing(after) == 0);
  CHECK(missing(before) == 0);
}

TEST_CASE("a search of that name with another experiment or other data is refused with the remedy") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  { Store store(file, noop_space(one_to_three), "f", {}); }
  CHECK_THROWS_WITH_AS(
      Store(file, tornado_space(R"({"epochs": [1]})"), "f", {}),
      doctest::Contains("search 's' there has the experiment noop; give this search another name, or another "
                        "--results"),
      InputError);
  CHECK_THROWS_WITH_AS(Store(file, noop_space(one_to_three), "g", {}), doctest::Contains("been trained on other data"),
                       InputError);
}

TEST_CASE("the best trial follows metric and goal, which may change between runs") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto space = [](const char* goal) {
    return noop_space(one_to_three, "s", std::string(R"("metric": {"name": "score", "goal": ")") + goal + "\"}, ");
  };
  const Space largest = space("maximize");
  {
    Store store(file, largest, "f", {});
    store.finish(training(largest, 0), 0, worker(), outcome(0.5));
    store.commit();
    store.finish(training(largest, 1), 0, worker(), outcome(0.75));
    store.finish(training(largest, 2), 0, worker(), outcome(std::nan("")));
    store.commit();
    CHECK(store.best()->trial == TrialId{2});
  }
  CHECK(Store(file, largest, "f", {}).best()->metric == 0.75);
  CHECK(Store(file, space("minimize"), "f", {}).best()->metric == 0.5);
  CHECK(query(file, "SELECT goal FROM searches") == std::vector<std::string>{"minimize"});
}

TEST_CASE("counts and the best are of the space as it is, not of its earlier versions and seeds") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto counted = [&](const Space& space) {
    Store store(file, space, "f", {});
    return std::pair(store.counts().complete, store.best() ? store.best()->metric : -1);
  };
  const Space before = noop_space(R"({"index": [1, 2, 3, 4]})");
  {
    Store store(file, before, "f", {});
    for (const std::uint64_t i : {0, 1, 2, 3}) store.finish(training(before, i), 0, worker(), outcome(0.1 * double(i)));
  }
  using Counted = std::pair<std::uint64_t, double>;
  CHECK(counted(before) == Counted{4, 0.1 * 3});
  CHECK(counted(noop_space(R"({"index": [2, 3, 9]})")) == Counted{2, 0.2});
  CHECK(counted(noop_space(R"({"index": [1, 2, 3, 4]})", "s", R"("exclude": [{"index": [1, 4]}],)")) ==
        Counted{2, 0.2});
  CHECK(counted(noop_space(R"({"index": [1, 2, 3, 4], "replicate": 1})")) == Counted{0, -1});
  const Space other_seed = parse_space(
      R"({"name": "s", "experiment": "noop", "seed": 8, "parameters": {"index": [1, 2, 3, 4]}})", "space.json", "/");
  CHECK(counted(other_seed) == Counted{0, -1});
  CHECK(counted(before) == Counted{4, 0.1 * 3});
}

TEST_CASE("rows of the space that a random search does not draw are not its own") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space grid = noop_space(R"({"index": {"min": 1, "max": 6, "step": 1}})");
  {
    Store store(file, grid, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(grid, i), 0, worker(), outcome(0.5));
  }
  const Space random = noop_space(R"({"index": {"min": 1, "max": 100, "step": 1}})", "s",
                                  R"("method": {"name": "random", "trials": 4},)");
  const auto drawn = make_sequence(random);
  std::uint64_t present = 0;
  for (auto t = drawn->next({0}); t; t = drawn->next({t->id.value + 1}))
    present += Reader(t->configuration, *random.experiment).integer("index") <= 6;
  CHECK(present < 4);
  CHECK(Store(file, random, "f", {}).counts().complete == present);
  CHECK(Store(file, grid, "f", {}).counts().complete == 6);
}

TEST_CASE("after its trials were lowered, a search counts those that it still asks for") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  std::string range = R"({"min": 0, "max": 1000})", method = "random";
  SUBCASE("random, of a range") {}
  SUBCASE("random, of a list") {
    range = R"([1, 2, 3, 4, 5, 6, 7, 8, 9])";
  }
  SUBCASE("sobol, with draws that repeat earlier ones") {
    range = R"({"min": 1, "max": 9})", method = "sobol";
  }
  const auto space = [&](int trials) {
    return noop_space(fmt::format(R"({{"index": {}}})", range), "s",
                      fmt::format(R"("method": {{"name": "{}", "trials": {}}},)", method, trials));
  };
  const Space eight = space(8), three = space(3);
  {
    Store store(file, eight, "f", {});
    const auto drawn = make_sequence(eight);
    for (auto t = drawn->next({0}); t; t = drawn->next({t->id.value + 1}))
      store.finish(*t, 0, worker(), outcome(0.1 * static_cast<double>(t->id.value)));
  }
  const auto counted = [&](const Space& s) { return Store(file, s, "f", {}).counts().complete; };
  CHECK(counted(three) == 3);
  CHECK(Store(file, three, "f", {}).best()->trial == TrialId{3});
  CHECK(counted(eight) == 8);
  CHECK(query(file, "SELECT count(*) FROM results") == std::vector<std::string>{"8"});
}
