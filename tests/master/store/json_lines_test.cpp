#include "master/store/json_lines.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "master/store/removal.hpp"
#include "search/base/error.hpp"
#include "tests/master/store/store_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

/// A search with JSON lines beside it.
struct Search {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "s.db", json = folder / "lines" / "s.jsonl";
  Space space = noop_space(R"({"index": [1, 2, 3, 4]})");

  void run(std::vector<std::uint64_t> numbers, bool with_json = true, bool retry = false, bool fail = false) {
    Store store(file, space, "f", {with_json ? json : std::filesystem::path{}, retry});
    for (const std::uint64_t i : numbers)
      store.finish(training(space, i), 0, worker(), fail ? failure("a \"bad\"\tday") : outcome(0.1 * double(i)));
  }
  /// The numbers of the trials in the file, which must be whole lines.
  std::vector<int> trials() {
    std::vector<int> numbers;
    for (const std::string& line : lines(json)) numbers.push_back(nlohmann::json::parse(line)["trial"]);
    return numbers;
  }
};

}  // namespace

TEST_CASE("one line a terminal trial holds all that is known of it") {
  Search search;
  search.run({1});
  REQUIRE(lines(search.json).size() == 1);
  CHECK(nlohmann::json::parse(lines(search.json)[0]) == nlohmann::json::parse(R"({
    "search": "s", "trial": 1, "training": 1, "seed": 7, "method": null, "proposal": null, "bracket": null,
    "rung": null, "status": "complete", "attempt": 1, "worker": 2, "host": "node1", "device": "cpu",
    "threads": 3, "gang": 1, "ranks": "2", "cpu": "Xeon", "versions": "stormsweep 0.1.0",
    "configuration": {"index": 2, "milliseconds": 0.0, "outcome": "complete", "gpus": 1, "replicate": 0, "epochs": 1},
    "timings": {"wall_seconds": 1.5, "load_seconds": 0.25, "augment_seconds": 0.125, "train_seconds": 1.0,
      "test_seconds": 0.0625, "samples_per_second": 1000.0, "flops": 2e9, "peak_share": 0.5, "rank_seconds": 1.5},
    "metrics": {"score": 0.1}, "best_epoch": null, "best_metric": null, "error": null, "started": 1.7e9, "finished": 1700000001.5})"));
  search.run({0}, true, false, true);
  CHECK(nlohmann::json::parse(lines(search.json)[1])["error"] == "a \"bad\" day");
}

TEST_CASE("lines that the database did not acknowledge are cut off") {
  Search search;
  search.run({0, 1});
  const std::string good = text_of(search.json);
  std::ofstream(search.json, std::ios::app) << good << R"({"search": "s", "tri)";
  search.run({2});
  CHECK(text_of(search.json).starts_with(good));
  CHECK(search.trials() == std::vector<int>{1, 2, 3});
}

TEST_CASE("a file that is short, missing or of a run without it is written anew, to the same bytes") {
  Search search;
  search.run({0, 1});
  const std::string good = text_of(search.json);
  SUBCASE("short") {
    std::filesystem::resize_file(search.json, good.size() / 2);
  }
  SUBCASE("missing") {
    std::filesystem::remove(search.json);
  }
  SUBCASE("run without") {
    search.run({}, false);
    std::ofstream(search.json) << "something else";
  }
  search.run({});
  CHECK(text_of(search.json) == good);
  search.run({2}, false);
  CHECK(text_of(search.json) == good);
  search.run({3});
  CHECK(search.trials() == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("lines belong to one database as long as it exists") {
  Search search;
  search.run({0, 1});
  const std::string good = text_of(search.json);
  const auto copy = search.folder / "backup.db", other = search.folder / "other.db";
  std::filesystem::copy_file(search.file, copy);
  const auto run = [&](const std::filesystem::path& file) { Store store(file, search.space, "f", {search.json}); };
  const std::string refusal = search.json.string() + ": has the lines of " + search.file.string() +
                              "; give another folder with --json, or remove " + search.json.string() + ".lock";
  CHECK_THROWS_WITH_AS(run(other), refusal.c_str(), InputError);
  CHECK_THROWS_WITH_AS(run(copy), refusal.c_str(), InputError);
  CHECK(query(other, "SELECT count(*) FROM searches") == std::vector<std::string>{"0"});
  CHECK(rerun_trials(copy, {TrialId{1}}).trials == 1);
  CHECK(text_of(search.json) == good);
  search.run({2});  // nothing of this keeps the owner from continuing
  CHECK(search.trials() == std::vector<int>{1, 2, 3});
  std::filesystem::rename(search.file, search.folder / "moved.db");
  CHECK_NOTHROW(run(search.folder / "moved.db"));
  CHECK(search.trials() == std::vector<int>{1, 2, 3});
}

TEST_CASE("one process at a time writes lines, and whoever has given the search up lets them go") {
  Search search;
  Store store(search.file, search.space, "f", {search.json});
  CHECK_FALSE(claim_lines(search.json, search.file));
  execute(search.file, "UPDATE searches SET writer_host = NULL");  // taken for dead, though it still has its lock
  search.run({0});
  CHECK(search.trials() == std::vector<int>{1});
  Store next(search.folder / "next.db", search.space, "f", {search.folder / "next/s.jsonl"});
  next.close();
  CHECK(claim_lines(search.folder / "next/s.jsonl", search.folder / "next.db"));
}

TEST_CASE("a retried trial has one line") {
  Search search;
  search.run({0, 1}, true, false, true);
  search.run({2});
  search.run({1}, true, true);
  CHECK(search.trials() == std::vector<int>{3, 2});
}

TEST_CASE("a file that cannot be written is refused with the remedy") {
  Search search;
  std::ofstream(search.folder / "lines") << "a file, not a folder";
  CHECK_THROWS_WITH_AS(search.run({}),
                       doctest::Contains("lines: cannot be made (Not a directory); give a folder with --json"),
                       InputError);
}

TEST_CASE("a full disk loses neither database nor lines") {
  Search search;
  search.run({0});
  std::filesystem::remove(search.json);
  std::filesystem::create_symlink("/dev/full", search.json);
  CHECK_THROWS_AS(search.run({1}), InputError);
  CHECK(query(search.file, "SELECT count(*) FROM trials") == std::vector<std::string>{"1"});
}
