#include "master/cli/plan.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

const char* const tornado_space = R"({"name": "t", "experiment": "tornado",
  "data": {"train": "a.h5", "validation": "a.h5", "test": "c.h5"},
  "parameters": {"epochs": [5, 10, 15, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000], "batch_size": [64, 128]},
  "exclude": [{"epochs": 5, "batch_size": 64}]})";

}  // namespace

TEST_CASE("a plan counts configurations, trainings and epochs") {
  const Space space = parse_space(tornado_space, "t.json", "/nowhere");
  const Plan plan = make_plan(space);
  CHECK(plan.configurations == 25);
  CHECK(plan.trainings == 2);
  REQUIRE(plan.epochs);
  CHECK(plan.epochs->together == 2000);
  CHECK(plan.epochs->apart == 2 * 5530 - 5);
  CHECK(plan.shown == std::vector<std::uint64_t>{1, 25});  // number 0 is excluded

  const std::string text = plan_text(plan);
  CHECK(text.find("epochs      13      5, 10, 15, 100, ..., 1000\n") != std::string::npos);
  CHECK(text.find("excluded        1\n") != std::string::npos);
  CHECK(text.find("2, sharing epochs: 2,000 epochs rather than 11,055, 5.53 times less\n") != std::string::npos);
  CHECK(text.find("number 25       epochs 1000, batch_size 128\n") != std::string::npos);
}

TEST_CASE("what is not ready is told, and is not fatal") {
  const Plan plan = make_plan(parse_space(tornado_space, "t.json", "/nowhere"), std::nullopt);
  REQUIRE(plan.problems.size() == 4);
  CHECK(plan.problems[0] ==
        "data.test is /nowhere/c.h5, which is not there yet; stormsweep prepare or generate makes it");
  CHECK(plan.problems[3] == "data.train and data.validation are one file, /nowhere/a.h5");
}

TEST_CASE("one configuration by its number") {
  const Space space = parse_space(tornado_space, "t.json", "/nowhere");
  const auto json = nlohmann::json::parse(plan_json(make_plan(space, 0)));
  CHECK(json["shown"].size() == 1);
  CHECK(json["shown"][0]["excluded"] == true);
  CHECK(json["shown"][0]["configuration"]["batch_size"] == 64);
  CHECK(json["configurations"] == 25);
  CHECK(json["axes"][1]["values"] == nlohmann::json::array({64, 128}));
  CHECK_THROWS_WITH_AS(make_plan(space, 26), "--at is 26; configurations have the numbers 0 to 25", InputError);
}
