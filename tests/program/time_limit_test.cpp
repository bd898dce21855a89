#include <doctest/doctest.h>

#include <chrono>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

TEST_CASE("a search stops before its time is over, and is continued") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop",
    "parameters": {"index": {"min": 1, "max": 120, "step": 1}, "milliseconds": 200}})");
  const Words words{"run", "n.json", "--workers", "2", "--device", "cpu", "--time-limit"};
  const auto limited = [&](const std::string& limit) {
    Words all = words;
    all.push_back(limit);
    return run_stormsweep(all, folder);
  };
  const auto began = std::chrono::steady_clock::now();
  const Ended first = limited("8s");  // of which 4 s are its margin; all of it takes 12 s
  CAPTURE(first.err);
  CHECK(first.status == 85);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(8));
  // By then it has learned what a trial takes, and begins none that would be too late.
  CHECK(first.err.find("some of what is left would not end in time; run it again to continue") != std::string::npos);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'running'") == 0);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") < 120);
  CHECK(limited("10m").status == 0);
  CHECK(number(folder / "n.db", "SELECT count(DISTINCT \"index\") FROM results WHERE status = 'complete'") == 120);
}
