#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

std::string space(const std::string& parameters, const std::string& more = "") {
  return R"({"name": "n", "experiment": "noop", "parameters": {)" + parameters + "}" + more + "}";
}

Ended run_space(const WorkFolder& folder, const std::string& text, Words more = {}) {
  Words words{"run", folder.write("n.json", text), "--workers", "2", "--device", "cpu"};
  words.insert(words.end(), more.begin(), more.end());
  const Ended ended = run_stormsweep(words, folder);
  INFO(ended.err);
  CHECK(ended.status != 2);
  return ended;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("every configuration becomes one row") {
  const WorkFolder folder;
  // Trials of 0 ms would all be done before a late worker had joined.
  const Ended ended =
      run_space(folder, space(R"("index": {"min": 1, "max": 500, "step": 1}, "replicate": [0, 1], "milliseconds": 1)"));
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "n.db",
              "SELECT count(*), count(DISTINCT \"index\" * 2 + replicate), min(\"index\"), max(\"index\"), "
              "sum(status = 'complete'), sum(attempt = 1), sum(error IS NULL OR error = '') FROM results") ==
        Rows{"1000|1000|1|500|1000|1000|1000"});
  CHECK(number(folder / "n.db", "SELECT count(DISTINCT score) FROM results") == 1000);
  CHECK(number(folder / "n.db", "SELECT count(DISTINCT worker) FROM results") == 2);
}

TEST_CASE("zipped and conditional axes make the rows that they say, under both schedules") {
  const std::string text = space(R"("index": [1, 2], "replicate": [5, 6], "epochs": [1, 3],
    "milliseconds": {"values": [1, 2], "when": {"index": 2}})",
                                 R"(, "zip": [["index", "replicate"]])");
  for (const char* schedule : {"master-worker", "synchronous"}) {
    const WorkFolder folder;
    CHECK(run_space(folder, text, {"--schedule", schedule}).status == 0);
    CHECK(query(folder / "n.db",
                "SELECT \"index\", replicate, epochs, CAST(milliseconds AS INTEGER) FROM results ORDER BY 1, 3, 4") ==
          Rows{"1|5|1|0", "1|5|3|0", "2|6|1|1", "2|6|1|2", "2|6|3|1", "2|6|3|2"});
  }
}

TEST_CASE("a trial that throws or diverges is a row with its reason, and the search goes on") {
  const WorkFolder folder;
  const std::string text = space(R"("outcome": ["throw", "nan", "complete"], "index": [1, 2, 3])");
  CHECK(run_space(folder, text).status == 1);
  CHECK(query(folder / "n.db",
              "SELECT outcome, status, count(*), sum(length(error) > 0), sum(score IS NULL) FROM results "
              "GROUP BY 1, 2 ORDER BY 1") ==
        Rows{"complete|complete|3|NULL|0", "nan|diverged|3|3|3", "throw|failed|3|3|3"});

  SUBCASE("status and results show it") {
    const Ended status = run_stormsweep({"status", "n.db"}, folder);
    CHECK(status.status == 0);
    CHECK(status.out.find("thrown as the configuration asks") != std::string::npos);
    const Ended results = run_stormsweep({"results", "n.db", "--format", "json"}, folder);
    CHECK(results.status == 0);
    CHECK(nlohmann::json::parse(results.out).size() == 9);
  }
  SUBCASE("running it again repeats nothing, unless asked to") {
    const std::string finished = "SELECT trial, outcome, finished FROM results WHERE outcome = 'complete' ORDER BY 1";
    const std::string started = "SELECT min(started) FROM trials WHERE status = 'failed'";
    const Rows complete = query(folder / "n.db", finished), failed = query(folder / "n.db", started);
    CHECK(run_space(folder, text).status == 1);
    CHECK(query(folder / "n.db", started) == failed);
    CHECK(run_space(folder, text, {"--retry-failed"}).status == 1);
    CHECK(query(folder / "n.db", started) != failed);
    CHECK(query(folder / "n.db", finished) == complete);
    CHECK(number(folder / "n.db", "SELECT count(*) FROM results") == 9);
  }
}

TEST_CASE("failures that the search no longer asks for keep their reasons under --retry-failed") {
  const WorkFolder folder;
  std::string before, after;
  SUBCASE("beyond the first to reach limits.target") {
    before = space(R"("index": [1, 2, 3], "milliseconds": [900, 0, 0], "outcome": ["complete", "throw", "throw"])",
                   R"(, "limits": {"target": 0.0001}, "zip": [["index", "milliseconds", "outcome"]])");
    after = before;
  }
  SUBCASE("of a random search of fewer trials") {
    const auto random = [](const char* trials) {
      return space(R"("outcome": ["throw", "complete"], "index": {"min": 1, "max": 50, "step": 1})",
                   fmt::format(R"(, "method": {{"name": "random", "trials": {}}})", trials));
    };
    before = random("12"), after = random("4");
  }
  SUBCASE("of a grid that a random search came after") {
    before = space(R"("outcome": "throw", "index": {"min": 1, "max": 6, "step": 1})");
    after = space(R"("outcome": ["throw", "complete"], "index": {"min": 1, "max": 50, "step": 1})",
                  R"(, "method": {"name": "random", "trials": 2})");
  }
  CHECK(run_space(folder, before).status == 1);
  const std::string failed = "SELECT hex(identity), error FROM trials WHERE status = 'failed' ORDER BY 1";
  const int status = run_space(folder, after).status;
  const Rows reasons = query(folder / "n.db", failed);
  CHECK(run_space(folder, after, {"--retry-failed"}).status == status);
  CHECK(query(folder / "n.db", failed) == reasons);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM trials WHERE status = 'waiting'") == 0);
}

TEST_CASE("an edited space runs only what is new, and several searches share a database") {
  const WorkFolder folder;
  CHECK(run_space(folder, space(R"("index": [1, 2])")).status == 0);
  const std::string old = "SELECT trial, \"index\", score, finished FROM results WHERE \"index\" < 3 ORDER BY 1";
  const Rows before = query(folder / "n.db", old);
  CHECK(run_space(folder, space(R"("index": [2, 3, 1])")).status == 0);
  CHECK(query(folder / "n.db", old) == before);
  CHECK(number(folder / "n.db", "SELECT count(*) FROM results") == 3);

  const std::string other =
      folder.write("m.json", R"({"name": "m", "experiment": "noop", "parameters": {"index": 7}})");
  CHECK(run_stormsweep({"run", other, "--results", "n.db", "--workers", "1"}, folder).status == 0);
  CHECK(query(folder / "n.db", "SELECT search, count(*) FROM results GROUP BY 1 ORDER BY 1") == Rows{"m|1", "n|3"});
}

TEST_CASE("JSON lines beside the database say the same") {
  const WorkFolder folder;
  CHECK(run_space(folder, space(R"("index": [1, 2, 3], "outcome": ["complete", "throw"])"), {"--json", "."}).status ==
        1);
  const Ended lines = run({"cat", "n.jsonl"}, folder);
  Rows from_lines;
  std::istringstream stream(lines.out);
  for (std::string line; std::getline(stream, line);) {
    const auto trial = nlohmann::json::parse(line);
    const auto& configuration = trial.at("configuration");
    from_lines.push_back(configuration.at("index").dump() + '|' + configuration.at("outcome").get<std::string>() + '|' +
                         trial.at("status").get<std::string>());
  }
  std::sort(from_lines.begin(), from_lines.end());
  CHECK(from_lines == query(folder / "n.db", "SELECT \"index\", outcome, status FROM results ORDER BY 1, 2"));
}

TEST_CASE("run under mpirun dispatches to the other ranks") {
  const WorkFolder folder;
  folder.write("n.json", space(R"("index": {"min": 1, "max": 40, "step": 1})"));
  const Ended ended = run(mpirun(folder, 3, {stormsweep_program(), "run", "n.json", "--results", "direct.db"}), folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(query(folder / "direct.db", "SELECT status, count(*) FROM results GROUP BY 1") == Rows{"complete|40"});
}

TEST_CASE("a search stops at its limit of failures") {
  const WorkFolder folder;
  const std::string text =
      space(R"("outcome": "throw", "milliseconds": 20, "index": {"min": 1, "max": 1000, "step": 1})",
            R"(, "limits": {"failures": 5})");
  CHECK(run_space(folder, text).status == 1);
  const auto failed = number(folder / "n.db", "SELECT count(*) FROM results WHERE status = 'failed'");
  CHECK(failed >= 5);
  CHECK(failed < 100);
}
