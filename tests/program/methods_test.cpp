// What a search finds does not depend on ranks, losses, stops, arrays or the schedule, by any method.
#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"

using namespace stormsweep;

namespace {

using Rows = std::vector<std::string>;

/// A search of one space, whose database is made under several conditions.
class Search {
 public:
  Search(const WorkFolder& folder, const std::string& space) : folder_(folder) { folder.write("m.json", space); }

  /// Runs it to its end; returns what it found.
  Rows run(const std::string& name, const Words& more) const {
    const Ended ended = Command(words(name, more), folder_).wait();
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
    return found(name);
  }
  /// Starts it, does `harm` as soon as three trials have ended, and runs it until it is done. Anew where the harm came
  /// too late, or to an idle worker.
  Rows harmed(const std::string& kind, const Words& more, const std::function<void(const Command&)>& harm) const {
    for (int attempt = 0; attempt < 5; ++attempt) {
      const std::string name = kind + std::to_string(attempt);
      int status = -1;
      {
        Command command(words(name, more), folder_);
        CHECK(eventually([&] { return ended_trials(name) >= 3; }));
        harm(command);
        status = command.wait().status;
      }
      if (status == 85) return run(name, more);  // it stopped before its end
      CHECK(status == 0);
      if (begun_again(name) > 0) return found(name);
    }
    FAIL("five searches of kind " << kind << " were over before they were harmed");
    return {};
  }
  Rows shares(int count) const {
    Words merge{"merge", "merged.db"};
    for (int i = 0; i < count; ++i) {
      const std::string name = "share" + std::to_string(i);
      const Ended ended =
          Command(words(name, {"--share", std::to_string(i) + "/" + std::to_string(count), "--workers", "2"}), folder_)
              .wait();
      CAPTURE(ended.err);
      CHECK(ended.status == 0);
      merge.push_back(name + "-" + std::to_string(i) + ".db");
    }
    CHECK(run_stormsweep(merge, folder_).status == 0);
    return found("merged");
  }
  /// Every trial, in an order that does not depend on when it ended.
  Rows found(const std::string& name) const {
    return query(
        folder_ / (name + ".db"),
        "SELECT hex(identity), status, metrics, method, proposal, bracket, rung, milestone FROM trials ORDER BY 1");
  }

 private:
  static Words words(const std::string& name, const Words& more) {
    Words all{stormsweep_program(), "run", "m.json",       "--results", name + ".db", "--device", "cpu",
              "--threads",          "1",   "--lost-after", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::int64_t ended_trials(const std::string& name) const {
    return number(folder_ / (name + ".db"), "SELECT count(*) FROM trials WHERE status = 'complete'");
  }
  std::int64_t begun_again(const std::string& name) const {
    return number(folder_ / (name + ".db"), "SELECT count(*) FROM trials WHERE attempt > 1");
  }

  const WorkFolder& folder_;
};

void kill_a_worker(const Command& command) {
  const auto workers = trainers(command.pid());
  if (!workers.empty()) kill(workers[0], SIGKILL);  // else the search is over
}

void stop(const Command& command) {
  command.signal(SIGUSR1);
}

}  // namespace

TEST_CASE("every method finds the same, whoever trains what and when") {
  const std::string axes = R"("parameters": {"index": {"min": 0, "max": 100000}, "replicate": [0, 1, 2],
                              "milliseconds": {"min": 150, "max": 250}, "epochs": [1, 3, 9]})";
  const std::map<std::string, std::size_t> methods{{R"({"name": "random", "trials": 8})", 24},
                                                   {R"({"name": "sobol", "trials": 8})", 24},
                                                   {R"({"name": "halving", "brackets": 3, "size": 3})", 15},
                                                   {R"({"name": "hyperband", "brackets": 3})", 22},
                                                   {R"({"name": "bayes", "trials": 12, "width": 3})", 36}};
  for (const auto& [method, trials] : methods) {
    CAPTURE(method);
    const WorkFolder folder;
    const Search search(folder,
                        R"({"name": "m", "experiment": "noop", "seed": 5, "method": )" + method + ", " + axes + "}");
    const Rows expected = search.run("one", {"--workers", "1"});
    CHECK(expected.size() == trials);
    CHECK(search.run("two", {"--workers", "2"}) == expected);
    CHECK(search.run("three", {"--workers", "3"}) == expected);
    CHECK(search.run("seven", {"--workers", "7"}) == expected);
    CHECK(search.run("synchronous", {"--workers", "3", "--schedule", "synchronous"}) == expected);
    if (method.find("bayes") == std::string::npos) CHECK(search.shares(3) == expected);
    CHECK(search.harmed("killed", {"--workers", "2"}, kill_a_worker) == expected);
    CHECK(search.harmed("stopped", {"--workers", "2"}, stop) == expected);
    CHECK(search.harmed("synchronous_killed", {"--workers", "2", "--schedule", "synchronous"}, kill_a_worker) ==
          expected);
  }
}

/// Trainings beyond the target that others had begun may be there, too.
TEST_CASE("every method comes to its target by the same trainings, whoever trains what and when") {
  const std::string axes = R"("parameters": {"index": {"min": 0, "max": 100, "step": 1}, "replicate": [0, 1, 2],
                              "milliseconds": 50, "epochs": [1, 3, 9]})";
  for (const std::string method : {R"("grid")", R"("random")", R"({"name": "halving", "brackets": 9, "size": 3})",
                                   R"({"name": "bayes", "width": 3})"}) {
    CAPTURE(method);
    const WorkFolder folder;
    const Search search(
        folder, R"({"name": "m", "experiment": "noop", "seed": 5, "limits": {"target": 0.9}, "method": )" + method +
                    ", " + axes + "}");
    const auto before = [&](const std::string& name, const Words& more) {
      search.run(name, more);
      return query(
          folder / (name + ".db"),
          "WITH placed AS (SELECT *, ifnull(bracket, training) AS place FROM trials WHERE status = 'complete') "
          "SELECT hex(identity), metrics FROM placed WHERE place <= (SELECT min(place) FROM placed WHERE "
          "metrics ->> '$.score' >= 0.9) ORDER BY 1");
    };
    const Rows expected = before("one", {"--workers", "1"});
    CHECK(expected.size() > 3);
    CHECK(before("three", {"--workers", "3"}) == expected);
    CHECK(before("synchronous", {"--workers", "3", "--schedule", "synchronous"}) == expected);
    const Rows all = search.found("three");
    CHECK(search.run("three", {"--workers", "2"}) == all);
    const Ended again = run_stormsweep({"run", "m.json", "--results", "three.db", "--device", "cpu"}, folder);
    CHECK(again.err.find("ended by limits.target (0.9) of the search space\n") != std::string::npos);
  }
}

TEST_CASE("real trainings under halving go on from their rungs, to the last bit") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "300", "-o", "."}, folder).status == 0);
  const std::string space = R"({"name": "m", "experiment": "tornado", "seed": 3,
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 2, 4], "learning_rate": {"min": 1e-4, "max": 1e-2, "scale": "log"},
                   "batch_size": [8, 16], "gpus": [1, 2]})";
  const Search halving(folder, space + R"(, "method": {"name": "halving", "eta": 2, "size": 6, "brackets": 2}})");
  const Rows expected = halving.run("one", {"--workers", "2"});
  CHECK(expected.size() == 20);
  CHECK(halving.run("three", {"--workers", "3", "--checkpoint-every", "0"}) == expected);
  CHECK(halving.run("synchronous", {"--workers", "3", "--schedule", "synchronous"}) == expected);
  CHECK(halving.harmed("killed", {"--workers", "3", "--checkpoint-every", "0.1"}, kill_a_worker) == expected);
  CHECK(halving.harmed("stopped", {"--workers", "2"}, stop) == expected);
  // No checkpoint is left, of losers or winners.
  CHECK_FALSE(std::filesystem::exists(folder / "one.cache/checkpoints"));

  // Trained without a break, each to its rung, they are the same.
  const Search random(folder, space + R"(, "method": {"name": "random", "trials": 12}, "share_epochs": true})");
  random.run("random", {"--workers", "2"});
  const auto metrics = [&](const std::string& database) {
    std::map<std::string, std::string> by_identity;
    for (const std::string& row : query(folder / (database + ".db"), "SELECT hex(identity), metrics FROM trials")) {
      const auto cut = row.find('|');
      by_identity[row.substr(0, cut)] = row.substr(cut + 1);
    }
    return by_identity;
  };
  const auto whole = metrics("random");
  for (const auto& [identity, values] : metrics("one")) CHECK(whole.at(identity) == values);
}

TEST_CASE("real trainings that are compared by their best epoch are the same, whoever trains what and when") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "300", "-o", "."}, folder).status == 0);
  const std::string space = R"({"name": "m", "experiment": "tornado", "seed": 3,
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "metric": {"name": "validation_loss", "at": "best"}, "parameters": {"epochs": [1, 3, 6],
    "learning_rate": {"min": 1e-4, "max": 1e-1, "scale": "log"}, "batch_size": [8, 16]})";
  for (const std::string method : {R"({"name": "halving", "eta": 2, "size": 6, "brackets": 2})",
                                   R"({"name": "bayes", "width": 2, "trials": 8})"}) {
    CAPTURE(method);
    const Search search(folder, space + R"(, "method": )" + method + "}");
    const std::string name = method.find("bayes") == std::string::npos ? "halving" : "bayes";
    const Rows expected = search.run(name, {"--workers", "1"});
    CHECK(search.run(name + "3", {"--workers", "3", "--schedule", "synchronous"}) == expected);
    CHECK(search.harmed(name + "_killed", {"--workers", "2", "--checkpoint-every", "0.1"}, kill_a_worker) == expected);
    CHECK(search.harmed(name + "_stopped", {"--workers", "2"}, stop) == expected);
  }
  // Trainings that went on were better, at their best epoch, than those that did not.
  CHECK(number(folder / "halving.db",
               "SELECT count(*) FROM trials a JOIN trials b ON a.bracket = b.bracket AND a.rung = b.rung WHERE "
               "EXISTS (SELECT 1 FROM trials n WHERE n.curve = a.curve AND n.rung = a.rung + 1) AND NOT EXISTS "
               "(SELECT 1 FROM trials n WHERE n.curve = b.curve AND n.rung = b.rung + 1) AND a.rung < 2 AND "
               "a.best_metric > b.best_metric") == 0);
  // And the best epoch was not always the last.
  CHECK(number(folder / "halving.db", "SELECT count(*) FROM trials WHERE best_epoch < milestone") > 0);
}

TEST_CASE("a recorded grid shows what other methods would have cost") {
  const WorkFolder folder;
  folder.write("g.json", R"({"name": "g", "experiment": "noop",
    "parameters": {"index": {"min": 1, "max": 9, "step": 1}, "epochs": [1, 3, 9]}})");
  REQUIRE(run_stormsweep({"run", "g.json", "--workers", "2", "--device", "cpu"}, folder).status == 0);
  const Words halving{"replay", "g.db", "--seeds", "3", "--method", R"({"name": "halving"})"};
  const Ended table = run_stormsweep(halving, folder);
  CHECK(table.status == 0);
  CHECK(table.out.find("grid                         9      27      81    100 %") != std::string::npos);
  CHECK(table.out.find(R"({"name": "halving"}          9      13      21     26 %)") != std::string::npos);
  CHECK(table.out.find("random by then: what random search has found at the same cost\n") != std::string::npos);
  Words curves = halving;
  curves.emplace_back("--curves");
  const Ended csv = run_stormsweep(curves, folder);
  CHECK(csv.out.starts_with("method,epochs,lower_quartile,median,upper_quartile\n"));
  CHECK(csv.out.find(R"("{""name"": ""halving""}",81)") != std::string::npos);
  curves.insert(curves.end(), {"--format", "json"});
  const auto json = nlohmann::json::parse(run_stormsweep(curves, folder).out);
  CHECK(json.size() == 2 * 50);
  CHECK(json.back()["epochs"] == 81);
  const Ended bytes = run_stormsweep({"replay", "g.db", "--method", "\xff"}, folder);
  CHECK(bytes.status == 2);
  CHECK(bytes.err.find("invalid UTF-8 byte at index 0: 0xFF; give names and values in UTF-8") != std::string::npos);
  const Ended ended = run_stormsweep({"replay", "g.db", "--method", "halving", "--rungs", "1,2"}, folder);
  CHECK(ended.status == 2);
  CHECK(ended.err ==
        "search 'g': nothing is recorded at 2 epochs of one of its configurations; give --rungs from what it has\n");
}

TEST_CASE("a failed trial is tried again only as long as nothing was decided without it") {
  const WorkFolder folder;
  folder.write("m.json", R"({"name": "m", "experiment": "noop", "method": {"name": "halving", "eta": 2, "size": 4},
    "parameters": {"index": {"min": 0, "max": 1000}, "outcome": ["complete", "throw"], "epochs": [1, 2]}})");
  REQUIRE(run_stormsweep({"run", "m.json", "--workers", "2", "--device", "cpu"}, folder).status == 1);
  REQUIRE(number(folder / "m.db", "SELECT count(*) FROM trials WHERE status = 'failed' AND rung = 0") > 0);
  const Ended ended = run_stormsweep({"run", "m.json", "--workers", "2", "--device", "cpu", "--retry-failed"}, folder);
  CHECK(ended.status == 2);
  CHECK(ended.err.find("--retry-failed: rung 0 of bracket 0 has trials that failed") != std::string::npos);
  // A search with failed trials is done: fewer went on.
  const Ended status = run_stormsweep({"status", "m.db"}, folder);
  CHECK(status.out.find("(experiment noop): done\n") != std::string::npos);
  CHECK(status.out.find("bracket 0: 4 of 4, ") != std::string::npos);
}

TEST_CASE("what an array cannot do is refused, and what halving cannot") {
  const WorkFolder folder;
  folder.write("m.json", R"({"name": "m", "experiment": "noop", "method": "halving",
    "parameters": {"index": [1, 2, 3], "epochs": [1, 3]}})");
  const Ended ended = run_stormsweep({"run", "m.json", "--separate-epochs"}, folder);
  CHECK(ended.status == 2);
  CHECK(ended.err == "stormsweep run: --separate-epochs: halving continues trainings; leave it out\n");

  folder.write("b.json",
               R"({"name": "b", "experiment": "noop", "method": "bayes", "parameters": {"index": [1, 2, 3]}})");
  const Ended shared = run_stormsweep({"run", "b.json", "--share", "0/2"}, folder);
  CHECK(shared.status == 2);
  CHECK(
      shared.err ==
      "stormsweep run: --share: bayes cannot be divided among jobs, for each proposal needs the results of all before "
      "it; run one job\n");
}
