#include "master/cli/plan.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "master/cli/plan_ranks.hpp"
#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

const char* const tornado_plan = R"({"name": "t", "experiment": "tornado",
  "data": {"train": "a.h5", "validation": "a.h5", "test": "c.h5"},
  "parameters": {"epochs": [5, 10, 15, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000], "batch_size": [64, 128]},
  "exclude": [{"epochs": 5, "batch_size": 64}]})";

}  // namespace

TEST_CASE("a plan counts configurations, trainings and epochs") {
  const Space space = parse_space(tornado_plan, "t.json", "/nowhere");
  const Plan plan = make_plan(space);
  CHECK(plan.configurations == 25);
  CHECK(plan.trainings == 2);
  REQUIRE(plan.epochs);
  CHECK(plan.epochs->together == 2000);
  CHECK(plan.epochs->apart == 2 * 5530 - 5);
  REQUIRE(plan.shown.size() == 2);
  CHECK(plan.shown[0].number == 1);  // number 0 is excluded
  CHECK(plan.shown[1].number == 25);

  const std::string text = plan_text(plan);
  CHECK(text.find("epochs      13      5, 10, 15, 100, ..., 1000\n") != std::string::npos);
  CHECK(text.find("excluded        1\n") != std::string::npos);
  CHECK(text.find("2, sharing epochs: 2,000 epochs rather than 11,055, 5.53 times less\n") != std::string::npos);
  CHECK(text.find("number 25       epochs 1000, batch_size 128\n") != std::string::npos);
}

TEST_CASE("hyperband's brackets, trials and epochs") {
  const Space space = parse_space(R"({"name": "h", "experiment": "noop", "method": "hyperband", "parameters": {
    "index": {"min": 1, "max": 1000000}, "milliseconds": {"min": 0.1, "max": 10, "scale": "log"},
    "epochs": {"min": 1, "max": 81}}})",
                                  "h.json", "/");
  const Plan plan = make_plan(space);
  CHECK(plan.trials == 121 + 49 + 21 + 10 + 5);  // sums of the rows of table 1 in Li et al. 2018, by hand
  // Continued from checkpoints: 81 + 27 * 2 + 9 * 6 + 3 * 18 + 54 = 297, and so on for the others.
  REQUIRE(plan.rung_epochs);
  CHECK(plan.rung_epochs->least == plan.rung_epochs->most);
  CHECK(plan.rung_epochs->most ==
        297 + (34 * 3 + 11 * 6 + 3 * 18 + 54) + (15 * 9 + 5 * 18 + 54) + (8 * 27 + 2 * 54) + 5 * 81);
  CHECK(plan.rung_epochs->all == (81 + 34 + 15 + 8 + 5) * 81);
  CHECK_FALSE(plan.configurations);
  const std::string text = plan_text(plan);
  CHECK(text.find("by hyperband of random configurations, one of 3 goes on, seed 0\n") != std::string::npos);
  CHECK(text.find("milliseconds  range   0.1 to 10, logarithmic\n") != std::string::npos);
  CHECK(text.find("1                  34") != std::string::npos);
  const auto json = nlohmann::json::parse(plan_json(plan));
  CHECK(json["brackets"][1]["members"] == nlohmann::json::array({34, 11, 3, 1}));
  CHECK(json["axes"][1]["scale"] == "log");
}

TEST_CASE("a random search shows what it tries first") {
  const Space space = parse_space(R"({"name": "r", "experiment": "noop", "method": {"name": "random", "trials": 7},
    "parameters": {"index": {"min": 1, "max": 50, "step": 1, "guess": 9}, "epochs": [1, 2]}})",
                                  "r.json", "/");
  const Plan plan = make_plan(space);
  CHECK(plan.trials == 14);
  CHECK(plan.configurations == 100);
  CHECK(plan_text(plan).find("number 0        index 9, epochs 2\n") != std::string::npos);
  CHECK_THROWS_WITH_AS(make_plan(space, 7), "--at is 7; the sequence of random has no training of that number",
                       InputError);
}

TEST_CASE("a method that asks for more than there is has what there is, and limits.trials ends it") {
  const auto plan = [](const std::string& method, const std::string& more) {
    return plan_text(make_plan(parse_space(R"({"name": "r", "experiment": "noop", "method": {"name": ")" + method +
                                               R"(", "trials": 50}, "parameters": {"index": {"min": 1, "max": 6},
        "epochs": [1, 2, 4]})" + more + "}",
                                           "r.json", "/")));
  };
  for (const std::string method : {"random", "sobol", "bayes"}) {
    CAPTURE(method);
    CHECK(plan(method, "").find("trainings  6\ntrials     18\n") != std::string::npos);
    CHECK(plan(method, R"(, "limits": {"trials": 7})").find("trainings  3\ntrials     7\n") != std::string::npos);
    CHECK(plan(method, R"(, "limits": {"target": 0.9})")
              .find("target     score 0.9 or more, and no training after the first that reaches it\n") !=
          std::string::npos);
  }
}

TEST_CASE(
    "where some configurations are trained anew at each rung, or share no epochs, a plan gives the most there can be") {
  const auto plan = [](const std::string& method) {
    return plan_text(make_plan(parse_space(R"({"name": "s", "experiment": "segmentation", "method": )" + method + R"(,
      "data": {"train": "a", "validation": "b", "test": "c"}, "parameters": {"epochs": [1, 2, 4],
      "learning_rate_schedule": ["poly", "constant"], "dropout": {"min": 0, "max": 0.5}}})",
                                           "s.json", "/")));
  };
  // A bracket of 4, 2, 1: 4 + 2 * (2 - 1) + 1 * (4 - 2) where all continue, 4 + 2 * 2 + 1 * 4 where all are trained
  // anew.
  const std::string halving = plan(R"({"name": "halving", "eta": 2})");
  CHECK(halving.find("8 to 12 of the 16 that all") != std::string::npos);
  CHECK(halving.find("learning_rate_schedule depends on a training's length: each rung of some configurations is "
                     "trained anew") != std::string::npos);
  CHECK(plan(R"({"name": "bayes", "trials": 5})").find("trials     15 at most\n") != std::string::npos);
}

TEST_CASE("a Bayesian search shows its start") {
  const Space space =
      parse_space(R"({"name": "b", "experiment": "noop", "method": {"name": "bayes", "trials": 9, "width": 4},
    "parameters": {"index": {"min": 1, "max": 1000000, "guess": 77}}})",
                  "b.json", "/");
  const std::string text = plan_text(make_plan(space));
  CHECK(text.find("by bayes search, 4 at once, 9 trainings, seed 0\n") != std::string::npos);
  CHECK(text.find("number 0   index 77\n") != std::string::npos);
}

TEST_CASE("what is not ready is reported, and is not fatal") {
  const Plan plan = make_plan(parse_space(tornado_plan, "t.json", "/nowhere"), std::nullopt);
  REQUIRE(plan.problems.size() == 4);
  CHECK(plan.problems[0] ==
        "data.test is /nowhere/c.h5, which is not there yet; stormsweep prepare or generate makes it");
  CHECK(plan.problems[3] == "data.train and data.validation are the same file, /nowhere/a.h5");
}

TEST_CASE("one configuration by its number") {
  const Space space = parse_space(tornado_plan, "t.json", "/nowhere");
  const auto json = nlohmann::json::parse(plan_json(make_plan(space, 0)));
  CHECK(json["shown"].size() == 1);
  CHECK(json["shown"][0]["excluded"] == true);
  CHECK(json["shown"][0]["configuration"]["batch_size"] == 64);
  CHECK(json["configurations"] == 25);
  CHECK(json["axes"][1]["values"] == nlohmann::json::array({64, 128}));
  CHECK_THROWS_WITH_AS(make_plan(space, 26), "--at is 26; configurations have the numbers 0 to 25", InputError);
}

TEST_CASE("a plan shows zipped axes as one, and conditions") {
  const Space space =
      parse_space(R"({"name": "z", "experiment": "noop", "zip": [["index", "replicate"]], "parameters": {
    "index": [1, 2], "outcome": ["complete", "nan", "throw"], "replicate": [5, 6],
    "milliseconds": {"values": [1, 2], "when": {"outcome": ["throw", "nan"], "index": 2}}}})",
                  "z.json", "/");
  const Plan plan = make_plan(space);
  CHECK(plan.configurations == 2 + 2 + 2 * 2);  // index 1; index 2 with complete, * 1; with nan and throw, * 2
  const std::string text = plan_text(plan);
  CAPTURE(text);
  CHECK(text.find("index, replicate  2       1 with 5, 2 with 6\n") != std::string::npos);
  CHECK(text.find("milliseconds      2       1, 2, when outcome is nan or throw and index is 2\n") !=
        std::string::npos);
  CHECK(text.find("index 1, replicate 5, outcome complete, milliseconds 0\n") != std::string::npos);
  CHECK(text.find("excluded        10, those that conditions rule out included\n") != std::string::npos);
  const auto json = nlohmann::json::parse(plan_json(plan));
  CHECK(json["axes"].size() == 3);
  CHECK(json["axes"][0]["zipped"][0]["name"] == "replicate");
  CHECK(json["axes"][0]["zipped"][0]["values"] == nlohmann::json::array({5, 6}));
  CHECK(json["axes"][2]["count"] == 2);
  CHECK(json["axes"][2]["when"]["outcome"] == nlohmann::json::array({"nan", "throw"}));
}

TEST_CASE("the recommended number of workers is the largest that is used well") {
  // 24 trainings of 90 s: 8 workers take 3 turns, 16 take two, the second half empty, and 24 take one.
  const Space space = parse_space(R"({"name": "r", "experiment": "noop", "method": {"name": "random", "trials": 24},
    "cost": {"epoch_seconds": 10}, "parameters": {"index": {"min": 0, "max": 1000000}, "epochs": [1, 3, 9]}})",
                                  "r.json", "/");
  const TrainingCost cost(*space.experiment, space.cost);
  const RanksPlans plans = plan_ranks(space, cost, {8, 16, 24, 64});
  const std::string text = ranks_text(plans);
  CAPTURE(text);
  CHECK(text.find("     16  master-worker      72   3.0 min   75 %    48.0 min\n") != std::string::npos);
  CHECK(recommendation(plans) ==
        "recommended: 24 workers, master-worker schedule, busy for 100 % of the time: the most that reach 90 %");
  CHECK(recommendation(plan_ranks(space, cost, {16, 64})) ==
        "recommended: 16 workers, master-worker schedule, busy for 75 % of the time: none reaches 90 %");
  CHECK(ranks_json(plans)["rows"][2]["seconds"] == 180);
  const Space short_of = parse_space(R"({"name": "r", "experiment": "noop", "method": {"name": "random", "trials": 43},
    "cost": {"epoch_seconds": 10}, "parameters": {"index": {"min": 0, "max": 1000000}, "epochs": [1, 3, 9]}})",
                                     "r.json", "/");
  CHECK(recommendation(plan_ranks(short_of, cost, {16})) ==  // 43 of 48 turns: 89.6 %
        "recommended: 16 workers, master-worker schedule, busy for 89 % of the time: none reaches 90 %");
  CHECK(recommendation(plan_ranks(space, cost, {})).empty());
}

TEST_CASE("more trainings than can be simulated, and larger gangs than there are workers, are reported") {
  const Space space = parse_space(R"({"name": "r", "experiment": "noop", "cost": {"epoch_seconds": 10},
    "parameters": {"index": {"min": 1, "max": 1000000, "step": 1}, "gpus": [1, 4]}})",
                                  "r.json", "/");
  const RanksPlans plans = plan_ranks(space, TrainingCost(*space.experiment, space.cost), {2, 4});
  const std::string text = ranks_text(plans);
  CHECK(text.find("parameters.gpus wants 4\n") != std::string::npos);
  CHECK(text.find("more than 100,000 trainings\n") != std::string::npos);
}
