#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/flip_last_byte.hpp"
#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

constexpr int trials = 18;

const std::string space = R"({
  "name": "small", "experiment": "tornado", "seed": 5,
  "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
  "parameters": {"epochs": [1, 2, 4], "batch_size": [64, 256], "augmentation": ["none", "preaugmented", "live"],
                 "data_multiplier": 2, "dropout": 0.1}
})";

Words run_words(const std::string& database, const std::string& workers, const Words& more = {}) {
  Words words{stormsweep_program(), "run", "small.json", "--results", database, "--workers", workers, "--threads", "1"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Every trial with all its metrics to the last bit.
Rows metrics(const std::filesystem::path& database) {
  std::string columns = "epochs, batch_size, augmentation, status";
  for (const std::string& name : query(database, "SELECT name FROM columns WHERE kind = 'metric' ORDER BY 1"))
    columns += ", " + name;
  return query(database, "SELECT " + columns + " FROM results ORDER BY 1, 2, 3");
}

/// Runs the search into killed.db, with its master killed on the way.
void kill_and_continue(const WorkFolder& folder) {
  const std::string complete = "SELECT count(*) FROM trials WHERE status = 'complete'";
  Command first(run_words("killed.db", "2", {"--lost-after", "1"}), folder);
  REQUIRE(eventually([&] { return number(folder / "killed.db", complete) > 0; }));
  const auto masters = descendants(first.pid(), "stormsweep");
  REQUIRE(masters.size() == 1);
  kill(masters[0], SIGKILL);
  CHECK(first.wait().status == 3);
  REQUIRE(number(folder / "killed.db", complete) < trials);
  REQUIRE(run(run_words("killed.db", "1"), folder).status == 0);
}

/// Checks that `results` and `status` show the rows of one.db.
void check_commands(const WorkFolder& folder) {
  const Ended pivot = run_stormsweep({"results", "one.db", "--rows", "batch_size", "--columns", "augmentation", "--by",
                                      "epochs", "--value", "test_accuracy", "--format", "csv"},
                                     folder);
  CAPTURE(pivot.err);
  CAPTURE(pivot.out);
  CHECK(pivot.status == 0);
  CHECK(pivot.out.find("live") != std::string::npos);

  const Ended best = run_stormsweep({"results", "one.db", "--best", "1", "--format", "json"}, folder);
  CHECK(best.status == 0);
  const auto rows = nlohmann::json::parse(best.out);
  REQUIRE(rows.size() == 1);
  const Rows most = query(folder / "one.db",
                          "SELECT trial FROM results WHERE validation_accuracy = "
                          "(SELECT max(validation_accuracy) FROM results)");
  CHECK(std::find(most.begin(), most.end(), rows[0].at("trial").dump()) != most.end());

  const Ended status = run_stormsweep({"status", "one.db"}, folder);
  CHECK(status.status == 0);
  CHECK(status.out.find("18 of 18") != std::string::npos);
}

/// The files in `folder`, by name.
Rows files_in(const std::filesystem::path& folder) {
  Rows names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// `what` of the three best trials of a database; at a tie in the order of the space.
Rows best(const std::filesystem::path& database, const std::string& what) {
  return query(database,
               "SELECT " + what +
                   " FROM results WHERE status = 'complete' ORDER BY validation_accuracy DESC, training, trial "
                   "LIMIT 3");
}

Rows best_files(const std::filesystem::path& database) {
  Rows names = best(database, "'trial-' || trial || '.pt'");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE(
    "a worker has all cores that it may run on, wherever the user's environment has OpenMP bind its first thread") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "60", "-o", "."}, folder).status == 0);
  folder.write("one.json", R"({"name": "one", "experiment": "tornado", "parameters": {"epochs": 1},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}})");
  const Ended ended = run({"env", "OMP_PROC_BIND=true", "OMP_PLACES=cores", stormsweep_program(), "run", "one.json",
                           "--workers", "1", "--device", "cpu"},
                          folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  cpu_set_t cores;
  REQUIRE(sched_getaffinity(0, sizeof cores, &cores) == 0);
  CHECK(number(folder / "one.db", "SELECT threads FROM results") == CPU_COUNT(&cores));
}

TEST_CASE("storms that are made anew end the search that trains on them, but not one that has copies") {
  namespace fs = std::filesystem;
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "-o", "."}, folder).status == 0);
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "600", "--seed", "1", "-o", "new"}, folder).status == 0);
  folder.write("small.json", R"({"name": "small", "experiment": "tornado",
    "parameters": {"epochs": 2, "batch_size": 64, "replicate": {"min": 1, "max": 16, "step": 1}},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}})");
  for (const bool copies : {false, true}) {
    CAPTURE(copies);
    const std::string database = copies ? "copied.db" : "read.db";
    Command search(run_words(database, "2", copies ? Words{"--stage", "disk"} : Words{}), folder);
    REQUIRE(eventually([&] { return number(folder / database, "SELECT count(*) FROM trials") >= 2; }));
    fs::rename(folder / "train.h5", folder / "old.h5");
    fs::copy_file(folder / "new/train.h5", folder / "train.h5");
    const Ended ended = search.wait();
    CAPTURE(ended.err);
    CHECK(ended.status == (copies ? 0 : 2));
    CHECK((ended.err.find("train.h5: has changed since the search began") == std::string::npos) == copies);
    fs::rename(folder / "old.h5", folder / "train.h5");
  }
  CHECK(number(folder / "read.db", "SELECT count(*) FROM trials WHERE status = 'complete'") < 16);
  CHECK(run(run_words("read.db", "2"), folder).status == 0);
  const std::string rows = "SELECT replicate, status, validation_loss, test_auc FROM results ORDER BY 1";
  CHECK(query(folder / "read.db", rows) == query(folder / "copied.db", rows));
}

TEST_CASE("copies of storms that changed while they were copied are not kept") {
  namespace fs = std::filesystem;
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "1000", "-o", "."}, folder).status == 0);
  folder.write("small.json", R"({"name": "small", "experiment": "tornado",
    "parameters": {"epochs": 1, "augmentation": "preaugmented", "data_multiplier": 20},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}})");
  fs::last_write_time(folder / "train.h5", fs::file_time_type::clock::now() - std::chrono::hours(1));
  const auto copies = [&](const std::string& ending) {
    int found = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder / "small.cache", none)) {
      const std::string name = entry.path().filename();
      found += name.starts_with("tornado-x20-") && name.ends_with(ending) ? 1 : 0;
    }
    return found;
  };
  Command search(run_words("small.db", "1"), folder);
  REQUIRE(eventually([&] { return copies(".lock") == 1; }));
  flip_last_byte(folder / "train.h5");
  const Ended ended = search.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 2);
  CHECK(ended.err.find("train.h5: has changed since the search began") != std::string::npos);
  CHECK(copies(".h5") == 0);
  flip_last_byte(folder / "train.h5");
  CHECK(run(run_words("small.db", "1"), folder).status == 0);
  CHECK(copies(".h5") == 1);
}

TEST_CASE("the networks of the best trials are kept by both schedules, over an interruption, and cost no result") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "1000", "-o", "."}, folder).status == 0);
  folder.write("small.json", space);
  const std::string some = "SELECT count(*) FROM trials WHERE status = 'complete'";
  Rows expected, kept;
  for (const std::string schedule : {"master-worker", "synchronous"}) {
    const std::string database = schedule + ".db";
    const Words words = run_words(database, "2", {"--keep-best", "3", "--schedule", schedule, "--lost-after", "1"});
    {
      Command first(words, folder);
      REQUIRE(eventually([&] { return number(folder / database, some) > 3; }));
      const auto masters = descendants(first.pid(), "stormsweep");
      REQUIRE(masters.size() == 1);
      kill(masters[0], SIGKILL);
      CHECK(first.wait().status == 3);
    }
    const Ended second = run(words, folder);
    CAPTURE(second.err);
    REQUIRE(second.status == 0);
    CHECK(number(folder / database, some) == trials);
    CHECK(files_in(folder / (schedule + ".models")) == best_files(folder / database));
    CHECK(second.err.find(schedule + ".models: the networks of trials ") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / (schedule + ".cache/models")));
    const Ended told = run_stormsweep({"results", database, "--best", "3"}, folder);
    CHECK(told.out.find("network of trial ") != std::string::npos);
    if (expected.empty()) expected = metrics(folder / database), kept = best(folder / database, "training, epochs");
    CHECK(metrics(folder / database) == expected);
    CHECK(best(folder / database, "training, epochs") == kept);
  }
  REQUIRE(run(run_words("without.db", "2"), folder).status == 0);
  CHECK(metrics(folder / "without.db") == expected);
  CHECK_FALSE(std::filesystem::exists(folder / "without.models"));
}

TEST_CASE("Ctrl-Z is no time of a training") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "1000", "-o", "."}, folder).status == 0);
  folder.write("small.json", R"({"name": "s", "experiment": "tornado", "parameters": {"epochs": 30},
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"}, "limits": {"trial_hours": 0.006}})");
  Command search(run_words("s.db", "1"), folder);
  REQUIRE(
      eventually([&] { return number(folder / "s.db", "SELECT count(*) FROM trials WHERE status = 'running'") == 1; }));
  std::vector<pid_t> all = trainers(search.pid());
  REQUIRE(all.size() == 1);
  all.push_back(search.pid());
  search.signal(SIGTSTP);
  REQUIRE(eventually([&] { return std::ranges::all_of(all, is_stopped); }));
  std::this_thread::sleep_for(std::chrono::seconds(21));  // nearly as long as trial_hours allows
  search.signal(SIGCONT);
  CHECK(search.wait().status == 0);
  CHECK(number(folder / "s.db",
               "SELECT count(*) FROM trials WHERE status = 'complete' AND finished - started > wall_seconds + 19 AND "
               "train_seconds < wall_seconds") == 1);
}

TEST_CASE("results do not depend on who trained, when, and how epochs were shared") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "1000", "-o", "."}, folder).status == 0);
  folder.write("small.json", space);

  const Ended one = run(run_words("one.db", "1"), folder);
  CAPTURE(one.err);
  REQUIRE(one.status == 0);
  const Rows expected = metrics(folder / "one.db");
  REQUIRE(expected.size() == trials);
  CHECK(number(folder / "one.db",
               "SELECT count(*) FROM results WHERE status = 'complete' AND test_loss > 0 AND "
               "wall_seconds > 0 AND train_seconds > 0 AND samples_per_second > 0 AND flops > 0") == trials);
  // Every step changes the network, and every epoch counts: no two trials end alike.
  CHECK(number(folder / "one.db", "SELECT count(DISTINCT test_loss) FROM results") == trials);

  REQUIRE(run(run_words("two.db", "2"), folder).status == 0);
  CHECK(metrics(folder / "two.db") == expected);

  REQUIRE(run(run_words("separate.db", "2", {"--separate-epochs"}), folder).status == 0);
  CHECK(metrics(folder / "separate.db") == expected);

  kill_and_continue(folder);
  CHECK(metrics(folder / "killed.db") == expected);

  check_commands(folder);
}
