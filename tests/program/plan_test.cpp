// What `plan` counts for a search is what `run` records, for every method.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

/// A training that depends on its length with one of its schedules, continues from its checkpoint, and records each
/// epoch that it trains.
void write_experiment(const WorkFolder& folder) {
  folder.write("experiment.json", R"({"name": "own", "summary": "s", "run": ["sh", "train.sh", "{epochs}", "{index}"],
    "files": ["train.sh"], "data": [], "milestone": "epochs",
    "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"}], "hyperparameters": [
    {"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"},
    {"name": "index", "type": "integer", "default": 0, "min": 0, "max": 999, "meaning": "m"},
    {"name": "schedule", "type": "choice", "default": "constant", "choices": ["constant", "cosine"],
     "of_length": ["cosine"], "meaning": "m"}]})");
  folder.write("train.sh", R"(done=$(cat "$STORMSWEEP_CHECKPOINT/epoch" 2>/dev/null || echo 0)
while [ $done -lt $1 ]; do
  done=$((done + 1))
  echo $done >> "$STORMSWEEP_DIRECTORY/epochs"
  echo "{\"epoch\": $done, \"loss\": $2.$done}" >> "$STORMSWEEP_REPORT"
  echo $done > "$STORMSWEEP_CHECKPOINT/epoch"
done
)");
}

/// A search as planned, and as it was.
struct Search {
  nlohmann::json plan;
  std::int64_t trainings, trials, epochs;
};

Search search(const std::string& method, const std::string& parameters, const std::string& more = "") {
  const WorkFolder folder;
  write_experiment(folder);
  folder.write("s.json", R"({"name": "s", "experiment": "./experiment.json", "method": )" + method +
                             R"(, "parameters": {"epochs": [1, 2, 4], )" + parameters + "}" + more + "}");
  const Ended plan = run_stormsweep({"plan", "s.json", "--format", "json"}, folder);
  CAPTURE(plan.err);
  REQUIRE(plan.status == 0);
  const Ended ended = run_stormsweep({"run", "s.json", "--workers", "2", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  std::ifstream epochs(folder / "epochs");
  return {nlohmann::json::parse(plan.out), number(folder / "s.db", "SELECT count(DISTINCT training) FROM results"),
          number(folder / "s.db", "SELECT count(*) FROM results WHERE status = 'complete'"),
          static_cast<std::int64_t>(count_lines({std::istreambuf_iterator<char>(epochs), {}}))};
}

const std::string six = R"("index": [1, 2, 3, 4, 5, 6])", range_of_six = R"("index": {"min": 1, "max": 6})";
const std::string mixed = R"("index": [1, 2, 3, 4], "schedule": ["constant", "cosine"])";

}  // namespace

TEST_CASE("trainings and trials of a grid, and of what is drawn or proposed from one or from a range") {
  const std::string methods[] = {R"("random")", R"({"name": "random", "trials": 5})",
                                 R"({"name": "sobol", "trials": 50})", R"({"name": "bayes", "width": 2, "trials": 5})",
                                 R"({"name": "bayes", "width": 2, "trials": 50})"};
  const auto check = [](const std::string& method, const std::string& parameters, const std::string& more = "") {
    CAPTURE(method);
    CAPTURE(parameters);
    const Search s = search(method, parameters, more);
    CHECK(s.plan["trainings"] == s.trainings);
    CHECK(s.plan["trials"] == s.trials);
    if (method == R"("grid")" && more.empty()) CHECK(s.plan["epochs"]["together"] == s.epochs);
  };
  for (const std::string& method : methods) check(method, six);
  for (const std::string& method : {methods[1], methods[2], methods[4]}) check(method, range_of_six);
  for (const std::string& method : {methods[0], methods[2], methods[4]}) check(method, mixed);
  for (const std::string& method : {std::string(R"("grid")"), methods[1], methods[4]})
    check(method, six, R"(, "limits": {"trials": 7})");
  check(R"("grid")", mixed);
}

TEST_CASE("proposals may differ in their milestones: the plan gives the most") {
  const Search s = search(R"({"name": "bayes", "width": 2, "trials": 5})", mixed);
  CHECK(s.plan["trainings"] == s.trainings);
  CHECK(s.plan["trials"] == 5 * 3);
  CHECK(s.trials < 5 * 3);
}

TEST_CASE("with rungs the epochs are those of trainings continued from a checkpoint and of those trained anew") {
  const std::string methods[] = {R"({"name": "halving", "eta": 2})",
                                 R"({"name": "hyperband", "eta": 2, "brackets": 4})"};
  for (const std::string& method : methods) {
    CAPTURE(method);
    for (const std::string& parameters : {six, range_of_six, six + R"(, "schedule": "cosine")"}) {
      CAPTURE(parameters);
      const Search s = search(method, parameters);
      CHECK(s.plan["trials"] == s.trials);
      CHECK(s.plan["epochs"]["trained"] == s.epochs);
      CHECK(s.plan["epochs"]["trained_at_least"] == s.epochs);
    }
    const Search some = search(method, mixed);
    CHECK(some.plan["trials"] == some.trials);
    CHECK(some.plan["epochs"]["trained_at_least"] <= some.epochs);
    CHECK(some.plan["epochs"]["trained"] >= some.epochs);
    CHECK(some.plan["problems"] == nlohmann::json::array({"schedule depends on a training's length: each rung of some "
                                                          "configurations is trained anew"}));
  }
}
