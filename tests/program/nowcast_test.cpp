#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

TEST_CASE("a nowcasting search: two ranks on half the samples each learn what one learns on all of them") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "nowcast", "--samples", "20", "-o", "."}, folder).status == 0);
  // One step an epoch, so that gradients are the same but for the order of sums.
  folder.write("n.json", R"({"name": "n", "experiment": "nowcast",
    "data": {"train": "train.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 2], "batch_size": 100, "base_filters": 2, "gpus": [1, 2],
                   "learning_rate": 0.01, "learning_rate_scaling": "none", "validation_share": 1}})");
  const Ended ended = run({stormsweep_program(), "run", "n.json", "--workers", "2", "--threads", "1"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  CHECK(ended.err.find("drawn from the test patches") != std::string::npos);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 4);
  for (const char* metric : {"train_loss", "test_loss", "test_mse", "validation_skill"}) {
    CAPTURE(metric);
    const std::string column = metric;
    CHECK(query(folder / "n.db", "SELECT epochs FROM results GROUP BY 1 HAVING max(" + column + ") - min(" + column +
                                     ") > 1e-4 * abs(max(" + column + "))")
              .empty());
  }
  CHECK(query(folder / "n.db",
              "SELECT count(*), count(DISTINCT lead_time), min(test_persistence_mse) > 0 "
              "FROM lead_time") == std::vector<std::string>{"24|6|1"});
  const Ended curve = run_stormsweep({"results", "n.db", "--curve", "lead_time", "--value", "test_mse"}, folder);
  CHECK(curve.status == 0);
  CHECK(curve.out.find("60") != std::string::npos);
}

TEST_CASE("a search over networks and extrapolation: the same bits alone, beside another, and under both schedules") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "nowcast", "--samples", "20", "-o", "."}, folder).status == 0);
  folder.write("n.json", R"({"name": "n", "experiment": "nowcast",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": 2, "batch_size": 4, "base_filters": 2, "network": ["samsi", "unet"],
                   "extrapolation": ["input", "residual", "blend"], "loss": "balanced", "activation": "leaky_relu",
                   "augmentation": "live", "learning_rate_schedule": "cosine", "warmup_epochs": 0},
    "exclude": [{"network": "samsi", "extrapolation": "blend"}]})");
  const auto search = [&](const std::string& database, const std::vector<std::string>& how) {
    std::vector<std::string> command{stormsweep_program(), "run", "n.json", "--threads", "1", "--results", database};
    command.insert(command.end(), how.begin(), how.end());
    const Ended ended = run(command, folder);
    CAPTURE(ended.err);
    REQUIRE(ended.status == 0);
    return query(folder / database,
                 "SELECT network, extrapolation, train_loss, validation_mse, test_mse, test_blurred_mse FROM results "
                 "WHERE status = 'complete' ORDER BY 1, 2");
  };
  const auto alone = search("alone.db", {"--workers", "1"});
  REQUIRE(alone.size() == 5);
  CHECK(search("two.db", {"--workers", "2"}) == alone);
  CHECK(search("synchronous.db", {"--workers", "2", "--schedule", "synchronous"}) == alone);
}

TEST_CASE("a stop is heard while a worker makes data for all, and in an evaluation, from which the search goes on") {
  const WorkFolder folder;
  if (run({"sh", "-c", "command -v script"}, folder).status != 0) {
    MESSAGE("skipped: script is not here");
    return;
  }
  REQUIRE(
      run_stormsweep({"generate", "nowcast", "--samples", "90", "--test-fraction", "0.7", "-o", "."}, folder).status ==
      0);
  folder.write("n.json", R"({"name": "n", "experiment": "nowcast",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": 1, "batch_size": 8, "base_filters": 2, "extrapolation": "input"}})");
  const auto line = [](const std::string& database) {
    return stormsweep_program() + " run n.json --workers 1 --threads 1 --device cpu --lost-after 0.4 --results " +
           database;
  };
  const auto stopped_at = [&](const std::string& work) {
    Command command({"script", "-qefc", "stty cols 150; " + line("n.db"), "typed"}, folder);
    const std::regex told(work + " [0-9]+ %");
    CHECK(eventually([&] { return std::regex_search(text_of(folder / "typed"), told); }));
    kill(descendants(command.pid(), "stormsweep").at(0), SIGTERM);
    CHECK(command.wait().status == 85);
  };
  const auto made = [&] { return run({"sh", "-c", "ls n.cache/nowcast-carried-*.h5 | wc -l"}, folder).out; };
  stopped_at("preparing data");
  CHECK(made() < "3\n");
  stopped_at("testing");
  CHECK(made() == "3\n");
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 0);
  const auto found = [&](const std::string& database) {
    const Ended ended = run({"sh", "-c", line(database)}, folder);
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
    return query(folder / database, "SELECT metrics FROM trials");
  };
  CHECK(found("n.db") == found("whole.db"));
}

TEST_CASE("stopped while it writes, a command leaves nothing behind, and ends by the signal") {
  const WorkFolder folder;
  Command generate({stormsweep_program(), "generate", "nowcast", "--samples", "100000", "-o", "data"}, folder);
  REQUIRE(eventually([&] { return std::filesystem::exists(folder / "data/train.h5.partial"); }));
  generate.signal(SIGINT);
  const Ended ended = generate.wait();
  CHECK(ended.status == 128 + SIGINT);
  CHECK(ended.err.ends_with("stormsweep generate nowcast: stopped; incomplete files were removed\n"));
  CHECK(std::filesystem::is_empty(folder / "data"));
}

TEST_CASE("what a command refuses leaves no folder, and a folder is no file to write") {
  const WorkFolder folder;
  const Ended none = run_stormsweep({"prepare", "nowcast", "nosuch", "-o", "p"}, folder);
  CHECK(none.status == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "p"));
  const Ended forecast = run_stormsweep(
      {"forecast", "nowcast", "--model", "nosuch.pt", "--input", "nosuch", "-o", "a.h5", "--png", "figures/new"},
      folder);
  CHECK(forecast.status == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "figures"));
  const Ended over =
      run_stormsweep({"forecast", "nowcast", "--model", "nosuch.pt", "--input", "nosuch", "-o", "."}, folder);
  CHECK(over.err == "stormsweep forecast nowcast: --output is .; it is a folder; give a file in it\n");
}
