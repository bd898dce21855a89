// limits.hours decides how far a search goes: once, for all its runs.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

/// An epoch takes 0.05 s, and is said to take a minute, so that six minutes never end a run.
std::string space_of(const std::string& method) {
  return R"({"name": "b", "experiment": "noop", "limits": {"hours": 0.1}, "cost": {"epoch_seconds": 60}, "method": )" +
         method + R"(, "parameters": {"index": {"min": 0, "max": 100000}, "milliseconds": 50, "epochs": [1, 3]}})";
}

Words run_words(const Words& more) {
  Words words{"run", "b.json", "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::int64_t trials(const WorkFolder& folder) {
  return number(folder / "b.db", "SELECT count(*) FROM trials WHERE status = 'complete'");
}

}  // namespace

TEST_CASE("what the first start chose holds after a stop, on any number of workers, under both schedules") {
  // Trainings of 3 minutes: two per worker. Brackets of 3 members, a minute each, and 2 minutes more for the best: two
  // brackets are 10 of two workers' 12 minutes, three would be 15.
  const std::vector<std::tuple<std::string, std::int64_t, std::string>> methods{
      {R"("random")", 8, "4 trainings fit limits.hours (0.1) on 2 workers: 8 trials, 6.0 min expected, 100 % busy"},
      {R"({"name": "halving"})", 8, "2 brackets fit limits.hours (0.1) on 2 workers: 8 trials, "},
      {R"({"name": "bayes", "width": 2})", 8, "4 trainings fit limits.hours (0.1) on 2 workers: 8 trials, "}};
  for (const auto& [method, expected, told] : methods)
    for (const char* schedule : {"master-worker", "synchronous"}) {
      CAPTURE(method);
      CAPTURE(schedule);
      const WorkFolder folder;
      folder.write("b.json", space_of(method));
      Words first{stormsweep_program()};
      for (const std::string& word : run_words({"--workers", "2", "--schedule", schedule})) first.push_back(word);
      {
        Command command(first, folder);
        CHECK(eventually([&] { return trials(folder) >= 1; }));
        command.signal(SIGUSR1);
        const Ended ended = command.wait();
        CAPTURE(ended.err);
        CHECK((ended.status == 85 || ended.status == 0));
        CHECK(ended.err.find(told) != std::string::npos);
      }
      const Ended again = run_stormsweep(run_words({"--workers", "5"}), folder);
      CAPTURE(again.err);
      CHECK(again.status == 0);
      CHECK(trials(folder) == expected);
      CHECK(run_stormsweep({"status", "b.db"}, folder).out.find("8 of 8") != std::string::npos);
      CHECK(run_stormsweep({"plan", "b.json", "--format", "json"}, folder).out.find("\"trials\": 8,") !=
            std::string::npos);
    }
}

TEST_CASE("a budget without a cost is refused, and so is one in which nothing fits") {
  const WorkFolder folder;
  folder.write("b.json", R"({"name": "b", "experiment": "noop", "method": "halving", "limits": {"hours": 1},
    "parameters": {"index": {"min": 0, "max": 1000}, "epochs": [1, 3]}})");
  const Ended unknown = run_stormsweep(run_words({"--workers", "2"}), folder);
  CHECK(unknown.status == 2);
  CHECK(unknown.err ==
        "b.json: limits.hours (1): how many brackets fit is not known, because their cost is not known; give "
        "cost.epoch_seconds, or cost.like with a database of such trials, or method.brackets\n");
  CHECK_FALSE(std::filesystem::exists(folder / "b.db"));

  folder.write("b.json", R"({"name": "b", "experiment": "noop", "method": "halving", "limits": {"rank_hours": 1},
    "cost": {"epoch_seconds": 3600}, "parameters": {"index": {"min": 0, "max": 1000}, "epochs": [1, 3]}})");
  const Ended small = run_stormsweep(run_words({"--workers", "2"}), folder);
  CHECK(small.status == 2);
  CHECK(small.err ==
        "b.json: limits.rank_hours (1): not even one bracket is expected to end in time on 2 workers; raise it\n");
  CHECK(run_stormsweep(run_words({"--workers", "2", "--share", "0/2"}), folder).err ==
        "stormsweep run: --share: halving cannot be divided among jobs, for its limits leave it to each job how many "
        "brackets there are; run one job\n");
}

/// For a training with a trial at 1 epoch and one at 3, the plan once counted only the time of the second.
TEST_CASE("a plan by trials that have been timed takes as long as they did, and says where nothing was") {
  const WorkFolder folder;
  folder.write("a.json", R"({"name": "a", "experiment": "noop",
    "parameters": {"index": {"min": 1, "max": 8, "step": 1}, "milliseconds": 50, "epochs": [1, 3]}})");
  CHECK(
      run_stormsweep({"plan", "a.json"}, folder).out.find("how long it takes is not known; give cost.epoch_seconds") !=
      std::string::npos);
  REQUIRE(run_stormsweep({"run", "a.json", "--workers", "1", "--device", "cpu"}, folder).status == 0);
  // The time of the trainings; between them a busy machine may wait.
  const auto took =
      number(folder / "a.db", "SELECT CAST(1000 * sum(wall_seconds) AS INTEGER) FROM results WHERE epochs = 3");
  const Ended plan = run_stormsweep({"plan", "a.json", "--ranks", "1", "--format", "json"}, folder);
  const double planned = nlohmann::json::parse(plan.out)["ranks"]["rows"][0]["seconds"];
  CHECK(took >= 400);
  CHECK(1000 * planned == doctest::Approx(static_cast<double>(took)).epsilon(0.2));
}

TEST_CASE("trials of another database predict what a search will take") {
  const WorkFolder folder;
  folder.write("a.json", R"({"name": "a", "experiment": "noop",
    "parameters": {"index": [0, 200, 400, 600, 800, 1000], "milliseconds": 20, "epochs": [1, 3]}})");
  REQUIRE(run_stormsweep({"run", "a.json", "--workers", "2", "--device", "cpu"}, folder).status == 0);
  folder.write("b.json", R"({"name": "b", "experiment": "noop", "method": "random", "limits": {"hours": 0.01},
    "cost": {"like": "a.db"}, "parameters": {"index": {"min": 0, "max": 1000}, "milliseconds": 20, "epochs": [1, 3]}})");
  const Ended plan = run_stormsweep({"plan", "b.json", "--ranks", "1,2"}, folder);
  CAPTURE(plan.out);
  CHECK(plan.status == 0);
  CHECK(plan.out.find("times by trials that have been timed") != std::string::npos);
  CHECK(plan.out.find("recommended: 2 workers") != std::string::npos);
}
