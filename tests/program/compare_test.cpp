#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/program/command.hpp"
#include "tests/program/database.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

/// 60 trials of 20 to 200 ms.
const std::string mixed = R"({"name": "m", "experiment": "noop", "parameters": {
  "index": {"min": 1, "max": 6, "step": 1}, "milliseconds": {"min": 20, "max": 200, "step": 20}}})";

nlohmann::json compare(const WorkFolder& folder, Words words, int status = 0) {
  words.insert(words.begin(), "compare");
  words.insert(words.end(), {"--format", "json"});
  const Ended ended = run_stormsweep(words, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == status);
  return nlohmann::json::parse(ended.out);
}

}  // namespace

TEST_CASE("a replay reproduces what was measured, within a tenth") {
  const WorkFolder folder;
  const Ended ended =
      run_stormsweep({"run", folder.write("m.json", mixed), "--workers", "3", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  const auto json = compare(folder, {"m.db", "--ranks", "3"});
  CAPTURE(json.dump());
  const auto& measured = json["measured"];
  CHECK(measured["ranks"] == 3);
  CHECK(measured["trials"] == 60);
  const double seconds = measured["makespan_seconds"];
  CHECK(seconds >= 2.2);  // the sum of all, 6.6 s, on three ranks
  CHECK(measured["replayed_makespan_seconds"].get<double>() == Approx(seconds).epsilon(0.1));
  // The run began in grid order, then took the longest first: a replay of either comes near it.
  for (const auto& replay : json["replays"])
    CHECK(replay["makespan_seconds"].get<double>() == Approx(seconds).epsilon(0.2));
}

TEST_CASE("schedules are not compared where each would choose its own number of trainings") {
  const WorkFolder folder;
  const std::string space = R"({"name": "b", "experiment": "noop", "method": "random", "limits": {"hours": 0.01},
    "cost": {"epoch_seconds": 1}, "parameters": {"index": {"min": 1, "max": 1000000}}})";
  const Ended ended = run_stormsweep({"compare", folder.write("b.json", space), "--workers", "2"}, folder);
  CHECK(ended.status == 2);
  CHECK(ended.err.find("its limits decide how many trainings each schedule makes, and so they are not the same ones; "
                       "give method.trials") != std::string::npos);
}

TEST_CASE("long trials are started first once it is known which they are") {
  const WorkFolder folder;
  const Ended ended =
      run_stormsweep({"run", folder.write("m.json", mixed), "--workers", "3", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  // In grid order the last 20 would last as long as the others, 110 ms on average.
  CHECK(number(folder / "m.db",
               "SELECT CAST(avg(milliseconds) AS INTEGER) FROM (SELECT r.milliseconds FROM results r JOIN trials t ON "
               "t.id = r.trial "
               "ORDER BY t.started DESC LIMIT 20)") < 80);
  CHECK(number(folder / "m.db",
               "SELECT CAST(avg(milliseconds) AS INTEGER) FROM (SELECT r.milliseconds FROM results r JOIN trials t ON "
               "t.id = r.trial "
               "ORDER BY t.started LIMIT 20 OFFSET 20)") > 120);
}

TEST_CASE("a limit takes the first trials of the grid, whatever they cost") {
  const WorkFolder folder;
  const std::string space = folder.write("m.json", R"({"name": "m", "experiment": "noop", "parameters": {
    "index": {"min": 1, "max": 40, "step": 1}, "milliseconds": [5, 20, 40]}, "limits": {"trials": 30}})");
  const Ended ended = run_stormsweep({"run", space, "--workers", "2", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  CHECK(ended.status == 0);
  CHECK(number(folder / "m.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 30);
  CHECK(number(folder / "m.db", "SELECT max(\"index\") FROM results") == 10);
}

TEST_CASE("both schedules of a space give the same metrics to the last bit") {
  const WorkFolder folder;
  const auto json =
      compare(folder, {folder.write("m.json", mixed), "--workers", "3", "--device", "cpu", "--report", "both.html"});
  CAPTURE(json.dump());
  CHECK(json["ranks"] == 3);
  CHECK(json["metrics"]["equal"] == true);
  CHECK(json["metrics"]["values"] == 60);
  REQUIRE(json["schedules"].size() == 2);
  for (const auto& schedule : json["schedules"]) {
    CAPTURE(schedule["schedule"]);
    CHECK(schedule["trials"] == 60);
    CHECK(schedule["makespan_seconds"].get<double>() >= 2.2);
    CHECK(schedule["busy_seconds"].get<double>() >= 6.6);
    REQUIRE(schedule["ranks"].size() == 3);
    for (const auto& rank : schedule["ranks"])
      CHECK(rank["busy_seconds"].get<double>() + rank["idle_seconds"].get<double>() ==
            Approx(schedule["makespan_seconds"].get<double>()));
  }
  // Dealt as a snake, ten values of milliseconds on three ranks: no rank has more than one round too much.
  CHECK(json["schedules"][1]["imbalance"].get<double>() < 1.1);
  CHECK(number(folder / "m-synchronous.db", "SELECT count(*) FROM results WHERE status = 'complete'") == 60);

  const std::string page = text_of(folder / "both.html");
  for (const std::string schedule : {"master-worker", "synchronous"})
    CHECK(page.find(R"("database":"m-)" + schedule + R"(.db","all_ranks":3)") != page.npos);

  for (const Words& words : {Words{"compare", "m.json"}, Words{"compare", "m.json", "--results", "n", "--report", "n"},
                             Words{"compare", "m-synchronous.db", "--report", "n.html"}}) {
    const Ended refused = run_stormsweep(words, folder);
    CAPTURE(refused.err);
    CHECK(refused.status == 2);
    CHECK(count_lines(refused.err) == 1);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "n-synchronous.db"));
}

TEST_CASE("weak scaling is predicted from the network itself, by machines and by trials that have run") {
  const WorkFolder folder;
  REQUIRE(run_stormsweep({"generate", "tornado", "--storms", "400", "-o", "."}, folder).status == 0);
  folder.write("t.json", R"({"name": "t", "experiment": "tornado",
    "data": {"train": "train.h5", "validation": "validation.h5", "test": "test.h5"},
    "parameters": {"epochs": [1, 2], "batch": "per_device", "batch_size": [64, 32], "gpus": [1, 2]}})");
  auto json = compare(folder, {"--scaling", "t.json", "--ranks", "96,1", "--machine", "piz-daint", "--at", "0,2"});
  CAPTURE(json.dump());
  REQUIRE(json["curves"].size() == 2);
  const auto& curve = json["curves"][0];
  CHECK(curve["gradients"] == 18705);               // models/tornado_cnn.hpp
  CHECK(curve["training_flops"] == 3.0 * 4509696);  // likewise
  CHECK(curve["sums"] == 1);
  REQUIRE(curve["steps"].size() == 2);
  CHECK(curve["steps"][0]["ranks"] == 1);
  CHECK(curve["steps"][0]["step_seconds"].get<double>() == Approx(64 * 3.0 * 4509696 / 5.03e12));
  CHECK(curve["steps"][1]["hosts"] == 96);
  CHECK(curve["steps"][1]["efficiency"].get<double>() < 0.5);  // a step of 0.2 ms
  CHECK(json["curves"][1]["samples"] == 32);

  const Ended ended = run_stormsweep({"run", "t.json", "--workers", "2", "--device", "cpu"}, folder);
  CAPTURE(ended.err);
  REQUIRE(ended.status == 0);
  json = compare(folder, {"--scaling", "t.json", "--results", "t.db", "--machine", "summit", "--plot", "t.svg"});
  CAPTURE(json.dump());
  const auto& measured = json["curves"][0]["measured"];
  REQUIRE(measured.size() == 2);
  CHECK(measured[0]["efficiency"] == 1);
  CHECK(measured[1]["ranks"] == 2);
  CHECK(measured[1]["efficiency"].get<double>() > 0.05);
  CHECK(json["curves"][0]["steps"][0]["samples_per_second"].get<double>() ==
        Approx(measured[0]["samples_per_second"].get<double>()));
  CHECK(std::filesystem::file_size(folder / "t.svg") > 1000);

  folder.write("n.json", R"({"name": "n", "experiment": "noop", "parameters": {"index": 1}})");
  folder.write("m.json", R"({"name": "M", "ranks_per_host": {"value": 0, "source": "s"}})");
  for (const auto& [words, says] :
       {std::pair(Words{"n.json"}, "noop"), std::pair(Words{"t.json", "--machine", "m.json"}, "m.json: "),
        std::pair(Words{"t.json", "--machine", "sumit"}, "one of piz-daint, summit"),
        std::pair(Words{"t.json", "--at", "99"}, "--at is 99"),
        std::pair(Words{"t.json", "--plot", "t.gif"}, "t.gif: figures are PNG, SVG or PDF"),
        std::pair(Words{"t.json", "--workers", "2"}, "--workers says nothing about --scaling"),
        std::pair(Words{"t.json", "--results", "t.db", "--at", "1", "--ranks", "0"}, "--ranks is 0")}) {
    Words all{"compare", "--scaling"};
    all.insert(all.end(), words.begin(), words.end());
    const Ended refused = run_stormsweep(all, folder);
    CAPTURE(refused.err);
    CHECK(refused.status == 2);
    CHECK(refused.out.empty());
    CHECK(count_lines(refused.err) == 1);
    CHECK(refused.err.find(says) != std::string::npos);
  }
}
