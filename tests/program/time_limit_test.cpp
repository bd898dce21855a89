#include <doctest/doctest.h>

#include <chrono>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

TEST_CASE("a search stops before its time is over, begins nothing that would be too late, and is continued") {
  const WorkFolder folder;
  const auto space = [&](const std::string& indices) {
    folder.write("n.json", R"({"name": "n", "experiment": "noop",
      "parameters": {"milliseconds": [10, 1500], "index": )" +
                               indices + "}}");
  };
  const auto limited = [&](const std::string& limit) {
    return run_stormsweep({"run", "n.json", "--workers", "2", "--device", "cpu", "--time-limit", limit}, folder);
  };
  space("[1, 2, 3, 4]");  // eight trials: enough to learn from what the others take
  REQUIRE(limited("10m").status == 0);
  space(R"({"min": 11, "max": 30, "step": 1})");
  const auto began = std::chrono::steady_clock::now();
  const Ended first = limited("8s");  // of which 4 s are its margin; all of it takes 15 s
  CAPTURE(first.err);
  CHECK(first.status == 85);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(8));
  CHECK(first.err.find("some remaining trainings would not end in time; run it again to continue") !=
        std::string::npos);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'running'") == 0);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE \"index\" > 10 AND milliseconds = 1500") <= 6);
  CHECK(limited("10m").status == 0);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 48);
}

TEST_CASE("a search ends in time although its worker is in the middle of a step that takes longer than is left") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "nowcast", "--samples", "30", "-o", "."}, folder).status == 0);
  folder.write("n.json", R"({"name": "n", "experiment": "nowcast", "data": {"train": "train.h5", "test": "test.h5"},
    "parameters": {"epochs": 1, "data_multiplier": 8, "batch_size": 160}})");
  const auto began = std::chrono::steady_clock::now();
  const Ended ended =
      run_stormsweep({"run", "n.json", "--workers", "1", "--device", "cpu", "--time-limit", "12s"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 85);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(20));  // its step takes 40 s or more
  CHECK(ended.err.find("n: workers have not stopped in time; what they have not saved is trained again\n") !=
        std::string::npos);
  CHECK(query(folder / "n.db", "SELECT status, attempt FROM results") == std::vector<std::string>{"waiting|1"});
}

TEST_CASE("trials that take longer than the space allows are ended and say so, those of gangs once") {
  const WorkFolder folder;
  folder.write("n.json", R"({"name": "n", "experiment": "noop", "limits": {"trial_hours": 0.0003},
    "parameters": {"index": [1, 2], "milliseconds": [1, 600000], "gpus": [1, 2]}})");
  const auto began = std::chrono::steady_clock::now();
  const Ended ended = run_stormsweep({"run", "n.json", "--workers", "2", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
  CHECK(query(folder / "n.db",
              "SELECT milliseconds > 1, gpus, status, count(*), max(error) FROM results GROUP BY 1, 2, 3") ==
        std::vector<std::string>{"0|1|complete|2|NULL", "0|2|complete|2|NULL",
                                 "1|1|failed|2|took longer than limits.trial_hours (0.0003)",
                                 "1|2|failed|2|took longer than limits.trial_hours (0.0003)"});
}

TEST_CASE("a gang of a real training ends together when its time is over, and keeps what it has reached") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "-o", "."}, folder).status == 0);
  folder.write("t.json", R"({"name": "t", "experiment": "tornado", "limits": {"trial_hours": 0.002},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 10000], "batch_size": 64, "gpus": 2, "gradient_lag": [0, 1]}})");
  const Ended ended = run_stormsweep({"run", "t.json", "--workers", "2", "--threads", "1", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(query(folder / "t.db", "SELECT epochs, gradient_lag, status, attempt, error FROM results ORDER BY 1, 2") ==
        std::vector<std::string>{"1|0|complete|1|NULL", "1|1|complete|1|NULL",
                                 "10000|0|failed|1|took longer than limits.trial_hours (0.002)",
                                 "10000|1|failed|1|took longer than limits.trial_hours (0.002)"});
}
