#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

/// 60 trials of 200 ms: 4 s with three workers, so that rows are seen in time even on a slow disk.
const std::string steady = R"({"name": "n", "experiment": "noop",
  "parameters": {"index": {"min": 1, "max": 60, "step": 1}, "milliseconds": 200}})";

Words run_words(const WorkFolder& folder, const std::string& text) {
  return {stormsweep_program(),
          "run",
          folder.write("n.json", text),
          "--results",
          "n.db",
          "--workers",
          "3",
          "--device",
          "cpu",
          "--lost-after",
          "1"};
}

bool some_rows(const WorkFolder& folder) {
  return number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'") >= 3;
}

/// Every configuration of `steady` has exactly one row, and it is complete.
void check_whole(const WorkFolder& folder) {
  CHECK(query(folder / "n.db", "SELECT status, count(*), count(DISTINCT \"index\") FROM results GROUP BY 1") ==
        Rows{"complete|60|60"});
}

/// Starts `steady`, sends SIGKILL to the process that `victim` returns once there are rows, and lets the rest end; then
/// continues it. Returns how the first run ended.
Ended kill_and_continue(const std::function<pid_t(const Command&)>& victim) {
  const WorkFolder folder;
  Command first(run_words(folder, steady), folder);
  REQUIRE(eventually([&] { return some_rows(folder); }));
  const std::vector<pid_t> all = descendants(first.pid());
  REQUIRE(kill(victim(first), SIGKILL) == 0);
  const Ended ended = first.wait();
  CAPTURE(ended.err);
  for (const pid_t pid : all) CHECK_MESSAGE(eventually([&] { return !alive(pid); }), "a rank outlives its job");
  const Rows before =
      query(folder / "n.db", "SELECT \"index\", score, finished FROM results WHERE status = 'complete'");

  const Ended second = run(run_words(folder, steady), folder);
  CAPTURE(second.err);
  CHECK(second.status == 0);
  check_whole(folder);
  for (const std::string& row : query(folder / "n.db",
                                      "SELECT \"index\", score, finished FROM results ORDER BY finished "
                                      "LIMIT " +
                                          std::to_string(before.size()))) {
    CHECK(std::find(before.begin(), before.end(), row) != before.end());  // what was done is not done again
  }
  return ended;
}

}  // namespace

TEST_CASE("a configuration that kills its workers is given up after two, and all others are trained") {
  const WorkFolder folder;
  Words words = run_words(folder, R"({"name": "n", "experiment": "noop",
    "parameters": {"index": {"min": 1, "max": 20, "step": 1}, "milliseconds": 50, "outcome": ["complete", "abort"]},
    "exclude": [{"outcome": "abort", "index": [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}]})");
  words[6] = "4";
  const Ended ended = run(words, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 1);
  CHECK(query(folder / "n.db",
              "SELECT outcome, status, count(*), count(DISTINCT \"index\") FROM results GROUP BY 1, 2") ==
        Rows{"abort|failed|1|1", "complete|complete|20|20"});
  CHECK(query(folder / "n.db",
              "SELECT attempt, error LIKE '%lost with 2 workers%' FROM results WHERE outcome = 'abort'") ==
        Rows{"2|1"});
}

TEST_CASE("a worker that is killed costs its trial a second attempt and nobody else anything") {
  const WorkFolder folder;
  Command command(run_words(folder, steady), folder);
  REQUIRE(eventually([&] { return some_rows(folder); }));
  const auto workers = trainers(command.pid());
  REQUIRE(workers.size() == 3);
  kill(workers[1], SIGKILL);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  check_whole(folder);
  CHECK(number(folder / "n.db", "SELECT sum(attempt - 1) FROM results") == 1);
}

TEST_CASE(
    "a build may replace the programs of a search: the job that loses a rank is started again from the new ones") {
  const WorkFolder folder;
  const auto build = [&] {
    for (const char* name : {"stormsweep", "stormsweep-runner"}) {
      std::filesystem::remove(folder / name);
      std::filesystem::copy_file(std::filesystem::path(stormsweep_program()).parent_path() / name, folder / name);
    }
  };
  build();
  Words words = run_words(folder, steady);
  words[0] = folder / "stormsweep";
  words.insert(words.end(), {"--schedule", "synchronous"});
  Command command(words, folder);
  REQUIRE(eventually([&] { return some_rows(folder); }));
  const pid_t worker = trainers(command.pid()).at(1);
  build();
  kill(worker, SIGKILL);
  const Ended ended = command.wait();
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  check_whole(folder);
}

TEST_CASE("a search whose master was killed says so and is continued") {
  const Ended ended =
      kill_and_continue([](const Command& command) { return descendants(command.pid(), "stormsweep").at(0); });
  CHECK(ended.status == 3);
}

TEST_CASE("a search whose mpirun was killed is continued") {
  const Ended ended = kill_and_continue([](const Command& command) { return launchers(command.pid()).at(0); });
  CHECK(ended.status == 3);
}

TEST_CASE("a search that was killed at the prompt leaves no rank behind and is continued") {
  kill_and_continue([](const Command& command) { return command.pid(); });
}

TEST_CASE("Ctrl-C ends a search cleanly, and it is continued later") {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) {
    CAPTURE(signal);
    const WorkFolder folder;
    Command first(run_words(folder, steady), folder);
    REQUIRE(eventually([&] { return some_rows(folder); }));
    first.signal(signal);
    const Ended ended = first.wait();
    CAPTURE(ended.err);
    CHECK(ended.status == 85);
    const auto done = number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'complete'");
    CHECK(done >= 3);
    CHECK(done < 60);
    CHECK(number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'running'") == 0);
    CHECK(run(run_words(folder, steady), folder).status == 0);
    check_whole(folder);
  }
}
