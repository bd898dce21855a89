#include "master/page/page_search.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "master/page/page_data.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;
using Json = nlohmann::ordered_json;

namespace {

const Json& column(const Json& search, const std::string& name) {
  const Json& columns = search["columns"];
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Json& c) { return c["name"] == name; });
  REQUIRE(found != columns.end());
  return *found;
}

bool has_column(const Json& search, const std::string& name) {
  return std::any_of(search["columns"].begin(), search["columns"].end(),
                     [&](const Json& c) { return c["name"] == name; });
}

}  // namespace

TEST_CASE("a search as columns: what varies, what came out, what failed") {
  const TornadoResults results;
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK(search["trials"] == 14);
  CHECK(search["statuses"] == Json{{"complete", 13}, {"diverged", 1}});
  CHECK(search["failures"] ==
        Json::parse(R"([{"status": "diverged", "error": "loss is nan & more", "trials": 1, "example": 14}])"));
  CHECK(search["reasons"] == 1);
  CHECK(column(search, "batch_size")["role"] == "axis");
  CHECK(column(search, "batch_size")["values"].size() == 14);
  CHECK(column(search, "validation_accuracy")["role"] == "metric");
  CHECK(column(search, "validation_accuracy")["values"][13].is_null());
  CHECK(column(search, "status")["words"] == Json{"complete", "diverged"});
  CHECK(column(search, "error")["values"][0].is_null());
  CHECK_FALSE(has_column(search, "dropout"));  // it has one value
  CHECK(search["fixed"]["dropout"] == 0);
}

TEST_CASE("versions are among the fixed columns, or, where a search was continued with others, a column") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET versions = 'LibTorch 1.13'");
  CHECK(page_search({{results.file}, ""}, "s")["fixed"]["versions"] == "LibTorch 1.13");
  execute(results.file, "UPDATE trials SET versions = 'LibTorch 2.6' WHERE id > 10");
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK_FALSE(search["fixed"].contains("versions"));
  CHECK(column(search, "versions")["words"] == Json{"LibTorch 1.13", "LibTorch 2.6"});
}

TEST_CASE("trials that share a curve are one line of it, that of the longest") {
  const TornadoResults results;
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK(search["curves"].size() == 7);
  for (const Json& line : search["curves"]) {
    const std::size_t row = line["trial"].get<std::size_t>() - 1;
    CHECK(column(search, "epochs")["values"][row] == 10);
  }
}

TEST_CASE("a curve is among the best by the best of its complete trials, not by its longest") {
  const TornadoResults results;
  // The best trial is one of 5 epochs; with 10 it diverged.
  execute(results.file, "UPDATE trials SET metrics = json_set(metrics, '$.validation_accuracy', 0.1)");
  execute(results.file,
          "UPDATE trials SET metrics = json_set(metrics, '$.validation_accuracy', 0.9) WHERE milestone = 5 AND "
          "training = (SELECT training FROM trials WHERE status = 'diverged')");
  const Json search = page_search({{results.file}, ""}, "s");
  const Json& first = search["curves"][0];
  CHECK(first["status"] == "diverged");
  CHECK(first["trial"] == 14);
  CHECK(first["best"] == true);
}

TEST_CASE("failures of one reason are counted together, whichever folder each one names") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": [1, 2, 3]})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 3; ++i)
      store.finish(training(space, i), 0, worker(),
                   failure(i < 2 ? fmt::format("it broke; see /work/{}", i) : "it hung"));
  }
  const Json search = page_search({{file}, ""}, "n");
  CHECK(search["failures"] == Json::parse(R"([
    {"status": "failed", "error": "it broke; see /work/0", "trials": 2, "example": 1},
    {"status": "failed", "error": "it hung", "trials": 1, "example": 3}])"));
  CHECK(search["reasons"] == 2);
}

TEST_CASE("importance knows a hyperparameter from the table that orders its words, whatever its name") {
  const TemporaryFolder folder;
  const auto importance = [&](const std::string& name) {
    const auto file = folder / (name + ".db");
    const std::vector<Experiment> known{
        parse_experiment(fmt::format(R"({{"name": "e", "summary": "s", "data": [], "run": ["t"],
          "metrics": [{{"name": "loss", "goal": "minimize", "meaning": "m"}}], "hyperparameters": [
            {{"name": "{}", "type": "choice", "choices": ["a", "b", "c"], "default": "a", "meaning": "m"}},
            {{"name": "size", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"}}]}})",
                                     name),
                         "e.json")};
    const Space space = parse_space(
        fmt::format(R"({{"name": "n", "experiment": "e", "parameters": {{"{}": ["a", "b", "c"], "size": [1, 2]}}}})",
                    name),
        "s.json", "/", known);
    {
      Store store(file, space, "f", {});
      for (std::uint64_t i = 0; i < 6; ++i)
        store.finish(training(space, i), 0, worker(), outcome(static_cast<double>(i * i), "loss"));
    }
    return page_search({{file}, ""}, "n")["importance"];
  };
  Json shares = importance("word")["effects"];
  const Json others = importance("kind")["effects"];
  REQUIRE(shares.size() == others.size());
  for (std::size_t i = 0; i < shares.size(); ++i) CHECK(shares[i]["share"] == others[i]["share"]);
  CHECK(shares[0]["share"] > 0.5);
}

TEST_CASE("reals are cut to 7 digits, integers and the metric that ranks are not") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": [1, 123456789], "milliseconds": [0.1, 0.123456789]})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 4; ++i) store.finish(training(space, i), 0, worker(), outcome(1.0 / 3));
  }
  const Json search = page_search({{file}, ""}, "n");
  CHECK(column(search, "index")["values"].dump() == "[1,1,123456789,123456789]");
  CHECK(column(search, "milliseconds")["values"].dump() == "[0.1,0.1234568,0.1,0.1234568]");
  CHECK(column(search, "score")["values"][0].dump() == "0.3333333333333333");
  CHECK(column(search, "wall_seconds")["values"][0].dump().size() <= 8);
}

TEST_CASE("integers that JavaScript would round are words, in their order") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET seed = 9007199254740993 - id % 2 * 9007199254740990");
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK(column(search, "seed")["words"] == Json{"3", "9007199254740993"});
  CHECK(column(search, "seed")["values"][0] == 0);
  CHECK(column(search, "seed")["values"][1] == 1);
  execute(results.file, "UPDATE trials SET seed = 9007199254740991 - id % 2");
  CHECK(column(page_search({{results.file}, ""}, "s"), "seed")["values"][0] == 9007199254740990);
}

TEST_CASE("with too many trials a page lists the best, and counts all") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const std::uint64_t all = most_shown + 5000;
  const Space space = noop_space(fmt::format(R"({{"index": {{"min": 1, "max": {}, "step": 1}}}})", all), "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < all; ++i)
      store.finish(training(space, i), 0, worker(), outcome(static_cast<double>(i * 7919 % all)));
    store.commit();
  }
  const Json search = page_search({{file}, ""}, "n");
  CHECK(search["trials"] == all);
  const std::size_t listed = column(search, "trial")["values"].size();
  CHECK(listed <= most_shown);
  CHECK(listed > most_shown - always_shown);
  std::vector<double> scores = column(search, "score")["values"];
  std::sort(scores.rbegin(), scores.rend());
  for (std::size_t i = 0; i < always_shown; ++i) REQUIRE(scores[i] == static_cast<double>(all - 1 - i));
  CHECK(page_search({{file}, ""}, "n") == search);
}

TEST_CASE("a page shows how each database's ranks spent their time") {
  const TornadoResults results;
  const Json data = page_data({{results.file}, ""});
  REQUIRE(data["searches"].size() == 1);
  const Json& timeline = data["searches"][0]["timelines"][0];
  CHECK(timeline["all_ranks"] ==
        8);  // all seven trainings of the fixture ran on rank 2 at the same time, so of seven jobs
  CHECK(timeline["ranks"][1]["busy"] == std::string(600, '9'));
  CHECK(timeline["ranks"][7]["busy"] == std::string(600, '9'));
  CHECK(timeline["ranks"][0]["busy"] == std::string(600, '0'));
}

TEST_CASE("a page lists the pauses in which nothing trained") {
  const TornadoResults results;
  const auto pauses = [&] { return page_data({{results.file}, ""})["searches"][0]["pauses"]; };
  CHECK(pauses() == Json::array());
  execute(results.file,
          "UPDATE trials SET started = started + 31536000, finished = finished + 31536000 WHERE training >= 4");
  const Json found = pauses();
  REQUIRE(found.size() == 1);
  CHECK(found[0][0].get<double>() == doctest::Approx(1.5).epsilon(0.5));  // whole seconds
  CHECK(found[0][1] == 31536000);
}

TEST_CASE("a page of damaged rows, none of whose starts is a time, lists no pauses") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET started = 'x'");
  const Json search = page_data({{results.file}, ""})["searches"][0];
  CHECK(search["origin"].is_null());
  CHECK(search["pauses"] == Json::array());
  CHECK(search["trials"] == 14);
}

TEST_CASE("a page replays a search on other numbers of ranks") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET wall_seconds = finished - started");
  const Json data = page_data({{results.file}, ""});
  const Json& replays = data["searches"][0]["replays"];
  CHECK(replays["trainings"] == 7);  // of 1.5 s each: on 1, 2 and 4 ranks they take 7, 4 and 2 times as long
  REQUIRE(replays["rows"].size() == 3);
  for (const auto& [row, ranks, seconds] : {std::tuple{0, 1, 10.5}, {1, 2, 6.0}, {2, 4, 3.0}}) {
    CHECK(replays["rows"][std::size_t(row)]["ranks"] == ranks);
    for (const Json& policy : replays["rows"][std::size_t(row)]["policies"])
      CHECK(policy["makespan_seconds"].get<double>() == doctest::Approx(seconds).epsilon(0.001));
  }
}

TEST_CASE("words of a column are in their declared order, and its scale is given") {
  const TornadoResults results;
  execute(results.file,
          "UPDATE trials SET configuration = json_set(configuration, '$.augmentation', CASE WHEN id > 5 "
          "THEN 'live' ELSE 'none' END)");
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK(column(search, "augmentation")["words"] == Json{"none", "live"});
  CHECK(column(search, "augmentation")["values"][0] == 0);
  CHECK(column(search, "wall_seconds")["unit"] == "s");
  CHECK_FALSE(column(search, "batch_size").contains("log"));  // a list of values

  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 4, "scale": "log2", "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 3; ++i) store.finish(training(space, i), 0, worker(), outcome(0.5));
  }
  CHECK(column(page_search({{file}, ""}, "n"), "index")["log"] == true);
}

TEST_CASE("metrics along a coordinate come with their units") {
  const TemporaryFolder folder;
  const auto file = folder / "s.db";
  const Space space = parse_space(R"({"name": "s", "experiment": {"name": "waves", "summary": "s", "run": ["true"],
    "data": [], "metrics": [{"name": "skill", "goal": "maximize", "meaning": "m"}],
    "profiles": [{"name": "lead_time", "unit": "h", "at": [1, 2],
                  "metrics": [{"name": "bias", "goal": "minimize", "meaning": "m", "unit": "cm"}]}],
    "hyperparameters": [{"name": "index", "type": "integer", "default": 0, "min": 0, "max": 9, "meaning": "m"}]},
    "parameters": {"index": [1, 2]}})",
                                  "s.json", "/");
  {
    Outcome ended = outcome(0.5, "skill");
    ended.metrics.emplace_back("bias[1]", 0.25);
    Store(file, space, "f", {}).finish(training(space, 0), 0, worker(), ended);
  }
  const Json profile = page_search({{file}, ""}, "s")["profiles"].at(0);
  CHECK(profile["unit"] == "h");
  CHECK(profile["units"] == Json{{"bias", "cm"}});
}

TEST_CASE("a speed is not a cost") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET flops = id, samples_per_second = id, train_seconds = id");
  const Json search = page_search({{results.file}, ""}, "s");
  CHECK(column(search, "train_seconds")["role"] == "cost");
  for (const char* speed : {"flops", "samples_per_second"}) CHECK(column(search, speed)["role"] == "other");
}

TEST_CASE("the ranks' seconds are a cost of their own where gangs differ in size") {
  const TornadoResults results;
  CHECK_FALSE(has_column(page_search({{results.file}, ""}, "s"), "rank_seconds"));
  execute(results.file, "UPDATE trials SET gang = 8, rank_seconds = 8 * wall_seconds WHERE id > 10");
  CHECK(column(page_search({{results.file}, ""}, "s"), "rank_seconds")["role"] == "cost");
}

TEST_CASE("a lack of skill of the best trials is reported") {
  const TornadoResults results;
  CHECK(page_search({{results.file}, ""}, "s")["unskilled"].empty());
  const TemporaryFolder folder;
  const auto file = folder / "t.db";
  const Space space = tornado_space(R"({"batch_size": [32, 64]})");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 2; ++i) {
      Outcome one = outcome(0.5 + 0.1 * static_cast<double>(i), "validation_accuracy");
      one.metrics.emplace_back("test_brier_skill", -0.25);
      store.finish(training(space, i), 0, worker(), one);
    }
  }
  const Json sentences = page_search({{file}, ""}, "s")["unskilled"];
  REQUIRE(sentences.size() == 1);
  CHECK(sentences[0].get<std::string>().starts_with(
      "trials 2, 1 have no skill: test_brier_skill is -0.2500, -0.2500 (1 - Brier score"));
}
