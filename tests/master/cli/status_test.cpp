#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "master/cli/status.hpp"
#include "master/store/process_identity.hpp"
#include "search/base/utc.hpp"
#include "tests/master/report/results_fixture.hpp"
#include "tests/master/store/best_epoch_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// A search of 10 trials: 3 complete in 1.5 s each, 4 failed for two reasons, 1 running.
struct Half {
  TemporaryFolder folder;
  std::string file = (folder / "h.db").string();
  Space space = noop_space(R"({"index": {"min": 1, "max": 10, "step": 1}})", "half");
  Store store{file, space, "f", {}};

  Half() {
    for (std::uint64_t i = 0; i < 3; ++i) store.finish(training(space, i), 0, worker(), outcome(0.25 * double(i)));
    for (std::uint64_t i = 3; i < 6; ++i) store.finish(training(space, i), 0, worker(), failure("no such file"));
    store.finish(training(space, 6), 0, worker(), failure("2 GB", Status::out_of_memory));
    Training again = training(space, 7);
    again.attempt = 2;
    store.start(again, 0, worker(), unix_time() - 200);
    store.commit();
  }
  std::string status() const { return printed(status_command, {file}); }
};

}  // namespace

TEST_CASE("the status of a search in hand") {
  const Half half;
  execute(half.file, "UPDATE searches SET writer_pid = " + std::to_string(getppid()));
  const std::string text = half.status();
  CAPTURE(text);
  CHECK(has(text, "search half (experiment noop): running on " + this_process().host + " (process " +
                      std::to_string(getppid()) + "), last sign of life "));
  CHECK(has(text, "  done 7 of 10: 3 complete, 3 failed, 1 out_of_memory, 1 running\n"));
  CHECK(has(text, "  rate 16,800 trials/hour, of the last 1000 at most, without pauses\n"));  // 7 in 1.5 s
  CHECK(has(text, "  best score 0.5000, trial 3\n"));
  CHECK(has(text, "  running: trial 8 on worker 2 (node1) for 3 min 2"));
  CHECK(has(text, " s, attempt 2\n"));
  CHECK(has(text, "  failed: 3 x no such file (trial 4, for example)\n  out_of_memory: 1 x 2 GB (trial 7)\n"));
}

TEST_CASE("no text of a database steers the terminal, or adds a line") {
  const Half half;
  const auto lines = [&] { return std::ranges::count(half.status(), '\n'); };
  const auto before = lines();
  execute(half.file,
          "UPDATE trials SET error = error || char(27, 7, 10) || 'forged', host = char(27, 10) || 'h'; "
          "UPDATE searches SET name = char(27, 10) || 'half'");
  CHECK(lines() == before);
  CHECK(std::ranges::none_of(half.status(), [](unsigned char c) { return c < 0x20 && c != '\n'; }));
  CHECK(has(half.status(), "  failed: 3 x no such file   forged (trial 4, for example)\n"));
}

TEST_CASE("the best of a search that chooses by the best epoch is shown with that epoch") {
  const CurveSearch search(R"({"name": "validation_accuracy", "at": "best"})");
  CHECK(has(printed(status_command, {search.file}), "  best validation_accuracy 0.9000 (epoch 3), trial 2\n"));
  const auto json = nlohmann::json::parse(printed(status_command, {search.file, "--format", "json"}));
  CHECK(json[0]["best"] == nlohmann::json({{"trial", 2}, {"value", 0.9}, {"epoch", 3}}));
}

TEST_CASE("the status of several searches in a file") {
  const TemporaryFolder folder;
  const std::string file = (folder / "two.db").string();
  for (const char* name : {"first", "second"}) {
    const Space space = noop_space(R"({"index": [1, 2]})", name);
    Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), outcome(0.5));
  }
  const std::string text = printed(status_command, {file});
  CAPTURE(text);
  CHECK(has(text, "search first (experiment noop)"));
  CHECK(has(text, "search second (experiment noop)"));
}

TEST_CASE("a file of an older version that may not be written is read as it is") {
  const CurveSearch search;
  execute(search.file,
          "ALTER TABLE searches DROP COLUMN metric_at; DROP VIEW curves; DROP VIEW results; "
          "CREATE VIEW results AS SELECT 's' AS search, id AS trial, status, json_extract(metrics, "
          "'$.validation_accuracy') AS validation_accuracy FROM trials");
  std::filesystem::permissions(search.file, std::filesystem::perms::owner_read);
  CHECK(has(printed(status_command, {search.file}), "  best validation_accuracy 0.8000, trial 2\n"));
}

TEST_CASE("a dead master is reported, with what to do") {
  const Half half;
  execute(half.file, "UPDATE searches SET writer_pid = 999999999");
  CHECK(has(half.status(), "lost on " + this_process().host + ", last sign of life "));
  execute(half.file, "UPDATE searches SET writer_host = 'elsewhere', writer_seen = writer_seen - 7200");
  CHECK(has(half.status(),
            "lost on elsewhere, last sign of life 2 h 0 min ago by this host's clock; run it again to "
            "continue"));
}

TEST_CASE("no duration is negative, whatever the clocks of other hosts say") {
  const Half half;
  execute(half.file, fmt::format("UPDATE searches SET writer_pid = {}, writer_seen = writer_seen + 120", getppid()));
  execute(half.file, "UPDATE trials SET started = started + 500 WHERE status = 'running'");
  CHECK(has(half.status(), "last sign of life 0 s ago\n"));
  CHECK(has(half.status(), "  running: trial 8 on worker 2 (node1) for 0 s, attempt 2\n"));
}

TEST_CASE("a search that was stopped, one that is done") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space space = noop_space(R"({"index": [1, 2]})");
  { Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), outcome(0.5)); }
  CHECK(has(printed(status_command, {file}),
            "search s (experiment noop): not running; run it again to continue\n  done 1 of 2"));
  { Store(file, space, "f", {}).finish(training(space, 1), 0, worker(), outcome(0.5)); }
  CHECK(has(printed(status_command, {file}), "search s (experiment noop): done\n  done 2 of 2: 2 complete\n"));
}

TEST_CASE("the same as JSON") {
  const Half half;
  const auto report = nlohmann::json::parse(printed(status_command, {half.file, "--format", "json"})).at(0);
  CHECK(report["done"] == 7);
  CHECK(report["total"] == 10);
  CHECK(report["best"]["trial"] == 3);
  CHECK(report["failures"][0]["trials"] == 3);
  CHECK(report["running"][0]["attempt"] == 2);
}

TEST_CASE(
    "failures are grouped by reason, without the folder that each one names, with the number of further reasons") {
  const TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space space = noop_space(R"({"index": {"min": 1, "max": 40, "step": 1}})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 40; ++i)
      store.finish(training(space, i), 0, worker(),
                   failure(i < 28 ? fmt::format("it broke; see /work/{}", i) : fmt::format("reason {}", i)));
  }
  const std::string text = printed(status_command, {file});
  CAPTURE(text);
  CHECK(has(text, "  failed: 28 x it broke; see /work/0 (trial 1, for example)\n"));
  CHECK(has(text, "  and 3 more reasons; all: stormsweep results DATABASE --where \"error IS NOT NULL\""));
  const auto report = nlohmann::json::parse(printed(status_command, {file, "--format", "json"})).at(0);
  CHECK(report["reasons"] == 13);
  CHECK(report["failures"].size() == 10);
}

TEST_CASE("a small best value is shown with enough digits") {
  const TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space space = noop_space(R"({"index": [1, 2]})");
  { Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), outcome(1e-6)); }
  CHECK(has(printed(status_command, {file}), "  best score 1.000e-06, trial 1\n"));
}

TEST_CASE("after an edited space and a changed seed, the present space is counted") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const auto run = [&](int seed, const std::string& indices, std::uint64_t trials) {
    const Space space =
        parse_space(fmt::format(R"({{"name": "s", "experiment": "noop", "seed": {}, "parameters": {{"index": {}}}}})",
                                seed, indices),
                    "space.json", "/");
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < trials; ++i)
      store.finish(training(space, i), 0, worker(), outcome(0.1 * double(seed)));
  };
  const auto told = [&](const std::string& part) { return has(printed(status_command, {file}), part); };
  run(9, "[1, 2, 3, 4]", 4);
  CHECK(told("done\n  done 4 of 4: 4 complete\n  rate"));
  run(9, "[3, 4, 5, 6]", 0);
  CHECK(told("not running; run it again to continue\n  done 2 of 4: 2 complete\n  beside them, 2 of earlier versions"));
  run(7, "[3, 4, 5, 6]", 3);
  CHECK(told("not running; run it again to continue\n  done 3 of 4: 3 complete\n  beside them, 4 of earlier versions"));
  CHECK(told("  best score 0.7000, trial 5\n"));
}

TEST_CASE("rows that a random search does not draw are beside those that it counts") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  const Space grid = noop_space(R"({"index": {"min": 1, "max": 6, "step": 1}})");
  {
    Store store(file, grid, "f", {});
    for (std::uint64_t i = 0; i < 6; ++i) store.finish(training(grid, i), 0, worker(), outcome(0.5));
  }
  const Space random = noop_space(R"({"index": {"min": 1, "max": 1000000, "step": 1}})", "s",
                                  R"("method": {"name": "random", "trials": 4},)");
  { Store store(file, random, "f", {}); }
  const std::string text = printed(status_command, {file});
  CAPTURE(text);
  CHECK(has(text, "not running; run it again to continue\n  done 0 of 4: nothing yet\n  beside them, 6 of earlier "));
  CHECK_FALSE(has(text, "best"));
}

TEST_CASE("a search whose master was killed after its end is done") {
  TemporaryFolder folder;
  const std::string file = (folder / "s.db").string();
  {
    Store(file, noop_space(R"({"index": [1]})"), "f", {})
        .finish(training(noop_space(R"({"index": [1]})"), 0), 0, worker(), outcome(0.5));
  }
  execute(file, "UPDATE searches SET writer_host = 'elsewhere', writer_pid = 1, writer_seen = 0");
  CHECK(has(printed(status_command, {file}), "search s (experiment noop): done\n"));
}
