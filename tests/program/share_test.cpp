#include <doctest/doctest.h>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

using Rows = std::vector<std::string>;

TEST_CASE("parts of a search, run apart and merged, are the search") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop",
    "parameters": {"index": {"min": 1, "max": 30, "step": 1}, "replicate": [0, 1, 2]}})");
  const auto run_part = [&](const Words& more) {
    Words words{"run", "n.json", "--workers", "2", "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run_stormsweep(words, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
  };
  for (const char* part : {"0/3", "1/3", "2/3"}) run_part({"--share", part});
  for (const char* file : {"n-0.db", "n-1.db", "n-2.db"})
    CHECK(query(folder / file, "SELECT count(*), count(DISTINCT \"index\"), count(DISTINCT replicate) FROM results") ==
          Rows{"30|30|3"});
  CHECK(run_stormsweep({"status", "n-1.db"}, folder).out.find("search n, part 1 of 3 (experiment noop): done\n") == 0);
  CHECK(run_stormsweep({"merge", "n.db", "n-0.db", "n-1.db"}, folder).status == 0);
  CHECK(run_stormsweep({"status", "n.db"}, folder).out.find("search n (experiment noop): not running") == 0);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results") == 60);

  const std::string rows = "SELECT \"index\", replicate, score FROM results ORDER BY 1, 2";
  SUBCASE("all merged") {
    CHECK(run_stormsweep({"merge", "n.db", "n-2.db"}, folder).status == 0);
  }
  SUBCASE("the last part trained by continuing what is merged") {
    run_part({});
  }
  run_part({"--results", "whole.db"});
  CHECK(query(folder / "n.db", rows) == query(folder / "whole.db", rows));
}
