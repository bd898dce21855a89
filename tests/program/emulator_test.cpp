#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

TEST_CASE("a climate emulator on a generated Earth, from the command line") {
  const WorkFolder folder;
  const Ended made =
      run_stormsweep({"generate", "emulator", "--size", "6x8", "--years", "6", "--members", "1", "-o", "."}, folder);
  CAPTURE(made.err);
  REQUIRE(made.status == 0);
  CHECK(made.out.find("validation  ssp370    r1      2019-01 to 2020-12") != std::string::npos);
  folder.write("e.json", R"({"name": "e", "experiment": "emulator",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": 1, "init_dim": 1, "hidden": 4, "layers": 1, "window": [6, 12]}})");
  const Ended ended = run({stormsweep_program(), "run", "e.json", "--workers", "1", "--threads", "1"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(number(folder / "e.db",
               "SELECT count(*) FROM results WHERE test_tas_monthly_rmse > 0 AND "
               "test_pr_monthly_rmse > 0") == 2);
}

TEST_CASE(
    "an emulator's metrics are the same to the last bit under both schedules, for any workers and shared epochs") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "emulator", "--size", "6x8", "--years", "6", "--members", "1", "-o", "."}, folder)
              .status == 0);
  folder.write("e.json", R"({"name": "e", "experiment": "emulator",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 2], "init_dim": 2, "hidden": 8, "learning_rate_schedule": ["constant", "cosine"],
                   "gpus": [1, 2], "gradient_lag": [0, 1]}})");
  const auto metrics = [&](const std::string& database, const Words& more) {
    Words words{stormsweep_program(), "run", "e.json", "--results", database, "--threads", "1", "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = run(words, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
    return query(folder / database, "SELECT configuration, status, metrics FROM trials ORDER BY 1");
  };
  const auto first = metrics("a.db", {"--workers", "3"});
  CHECK(first.size() == 16);
  CHECK(metrics("b.db", {"--workers", "2"}) == first);
  CHECK(metrics("c.db", {"--workers", "3", "--schedule", "synchronous"}) == first);
  CHECK(metrics("d.db", {"--workers", "3", "--separate-epochs"}) == first);
}

/// Until an epoch ends, each rank has running statistics of batch norm of its own; only the leader writes checkpoints.
TEST_CASE("a gang that is stopped in the middle of an epoch goes on to the same bits") {
  const WorkFolder folder;
  REQUIRE(
      run_stormsweep({"generate", "emulator", "--size", "8x12", "--years", "12", "--members", "1", "-o", "."}, folder)
          .status == 0);
  folder.write("g.json", R"({"name": "g", "experiment": "emulator",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"gpus": 2, "epochs": 1, "batch_size": 2, "init_dim": 4, "hidden": 16, "learning_rate": 0.001}})");
  const auto command = [&](const std::string& name) {
    return Words{stormsweep_program(), "run", "g.json",   "--results", name + ".db",         "--workers", "2",
                 "--threads",          "1",   "--device", "cpu",       "--checkpoint-every", "0.05"};
  };
  const auto metrics = [&](const std::string& name) {
    return query(folder / (name + ".db"), "SELECT status, metrics FROM trials");
  };
  REQUIRE(run(command("whole"), folder).status == 0);
  {
    Command stopped(command("cut"), folder);
    const auto checkpoints = folder / "cut.cache/checkpoints";
    REQUIRE(eventually([&] { return fs::exists(checkpoints) && !fs::is_empty(checkpoints); }));
    stopped.signal(SIGINT);
    REQUIRE(stopped.wait().status == 85);
    CHECK(!fs::is_empty(checkpoints));
  }
  CHECK(run(command("cut"), folder).status == 0);
  CHECK(metrics("cut") == metrics("whole"));
}

TEST_CASE("what a gang has trained, in bfloat16 too, is kept, and forecasts as it was judged") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "emulator", "--size", "6x8", "--years", "6", "--members", "1", "-o", "."}, folder)
              .status == 0);
  folder.write("g.json", R"({"name": "g", "experiment": "emulator",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": 1, "init_dim": 2, "hidden": 8, "gpus": 2, "precision": ["fp32", "bf16"]}})");
  const Ended ended = run({stormsweep_program(), "run", "g.json", "--workers", "2", "--threads", "1", "--device", "cpu",
                           "--keep-best", "2", "--on-oom", "retry-smaller-microbatch"},
                          folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.find("has no skill: test_tas_pattern_skill is -") != std::string::npos);
  for (const char* trial : {"1", "2"}) {
    CAPTURE(trial);
    const Ended forecast =
        run_stormsweep({"forecast", "emulator", "--model", std::string("g.models/trial-") + trial + ".pt", "--forcings",
                        "test.h5", "-o", "maps.nc", "--threads", "1"},
                       folder);
    REQUIRE(forecast.status == 0);
    const std::string before = "tas against r1: monthly RMSE ";
    REQUIRE(forecast.out.find(before) != std::string::npos);
    const double told = std::stod(forecast.out.substr(forecast.out.find(before) + before.size()));
    const auto judged =
        query(folder / "g.db", std::string("SELECT test_tas_monthly_rmse FROM results WHERE trial = ") + trial);
    CHECK(told == doctest::Approx(std::stod(judged.at(0))).epsilon(0.01));  // forecasts are in float32
  }
}

TEST_CASE("what generate and prepare emulator cannot do is refused in one line") {
  const WorkFolder folder;
  const auto refused = [&](std::vector<std::string> words, const std::string& message) {
    const Ended ended = run_stormsweep(words, folder);
    CHECK(ended.status == 2);
    CHECK(ended.err.find(message) != std::string::npos);
  };
  refused({"generate", "emulator", "--size", "48", "-o", "x"}, "--size is 48; give rows and columns as in 192x288");
  refused({"generate", "emulator", "--years", "100", "-o", "x"}, "--years is 100; give 6 to 86");
  refused({"prepare", "emulator", "m.json", "-o", "x"},
          "m.json: cannot be read (No such file or directory); give a manifest in JSON");
  folder.write("m.json", R"({"scenario": {}})");
  refused({"prepare", "emulator", "m.json", "-o", "x"}, "m.json: scenario is not a known key; did you mean scenarios?");
}
