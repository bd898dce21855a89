#include "master/store/within_limits.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>

#include "search/methods/sequence.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

TEST_CASE("--retry-failed leaves trials of an earlier space, which nobody would train, as they are") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space both = noop_space(R"({"index": [1, 2]})"), one = noop_space(R"({"index": [1]})");
  {
    Store store(file, both, "f", {});
    store.finish(training(both, 0), 0, worker(), failure("no room", Status::failed));
    store.finish(training(both, 1), 0, worker(), failure("a loss of 1e9", Status::diverged));
  }
  { Store store(file, one, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT \"index\", status, error FROM results ORDER BY 1") ==
        std::vector<std::string>{"1|waiting|NULL", "2|diverged|a loss of 1e9"});
}

TEST_CASE("--retry-failed leaves trials beyond those that the method still asks for as they are") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto space = [](int trials) {
    return noop_space(R"({"index": {"min": 1, "max": 50, "step": 1}})", "s",
                      fmt::format(R"("method": {{"name": "random", "trials": {}}},)", trials));
  };
  const Space six = space(6);
  {
    Store store(file, six, "f", {});
    const auto drawn = make_sequence(six);
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(drawn->at({i}).value(), 0, worker(), failure("no room"));
  }
  { Store store(file, space(2), "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT training, status, error FROM results ORDER BY 1") ==
        std::vector<std::string>{"0|waiting|NULL", "1|waiting|NULL", "2|failed|no room", "3|failed|no room",
                                 "4|failed|no room", "5|failed|no room"});
}

TEST_CASE(
    "--retry-failed leaves trials beyond limits.trials, or beyond limits.target of an edited space, as they are") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const auto space = [](const char* values, const std::string& limits = "") {
    return noop_space(fmt::format(R"({{"index": [{}]}})", values), "s", limits);
  };
  const Space before = space("1, 2, 3, 4");
  {
    Store store(file, before, "f", {});
    for (const std::uint64_t i : {0, 1, 3}) store.finish(training(before, i), 0, worker(), failure("no room"));
    store.finish(training(before, 2), 0, worker(), outcome(0.4));
  }
  std::optional<Space> now;
  std::string waiting;
  SUBCASE("all may be there") {
    now = space("1, 2, 3, 4", R"("limits": {"trials": 4},)"), waiting = "1,2,4";
  }
  SUBCASE("more are there") {
    now = space("1, 2, 3, 4", R"("limits": {"trials": 3},)"), waiting = "";
  }
  SUBCASE("a new one is between them") {
    now = space("1, 5, 2, 3, 4", R"("limits": {"trials": 4},)"), waiting = "1";
  }
  SUBCASE("a new one has room") {
    now = space("1, 5, 2, 6, 4", R"("limits": {"trials": 4},)"), waiting = "1,2";
  }
  SUBCASE("the target is reached earlier in the edited space") {
    now = space("2, 3, 1, 4", R"("limits": {"target": 0.5}, "metric": {"name": "score", "goal": "minimize"},)");
    waiting = "2";
  }
  { Store store(file, *now, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT ifnull(group_concat(\"index\"), '') FROM results WHERE status = 'waiting'") ==
        std::vector<std::string>{waiting});
  CHECK(query(file, "SELECT count(*) FROM trials WHERE status = 'failed' AND error <> 'no room'") ==
        std::vector<std::string>{"0"});
}

TEST_CASE("--retry-failed leaves trials beyond the first to reach limits.target, which would not begin, as they are") {
  TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = noop_space(R"({"index": [1, 2, 3, 4]})", "s", R"("limits": {"target": 0.5},)");
  {
    Store store(file, space, "f", {});
    for (const std::uint64_t i : {0, 3}) store.finish(training(space, i), 0, worker(), failure("no room"));
    store.finish(training(space, 1), 0, worker(), outcome(0.4));
    store.finish(training(space, 2), 0, worker(), outcome(0.5));
  }
  std::vector<std::string> after{"1|waiting|NULL", "2|complete|NULL", "3|complete|NULL", "4|failed|no room"};
  double target = 0.5;
  SUBCASE("reached exactly") {}
  SUBCASE("not reached, as it has been raised") {
    target = 0.6, after.back() = "4|waiting|NULL";
  }
  Space now = space;
  now.limits.target = target;
  { Store store(file, now, "f", {.retry_failed = true}); }
  CHECK(query(file, "SELECT \"index\", status, nullif(error, '') FROM results ORDER BY 1") == after);
}
