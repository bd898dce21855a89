#include "search/space/experiment.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

using Json = nlohmann::ordered_json;

/// The smallest experiment that is whole.
Json smallest() {
  return Json::parse(R"({"name": "e", "summary": "s", "data": [], "milestone": "epochs",
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}],
    "hyperparameters": [
      {"name": "epochs", "type": "integer", "default": 3, "min": 1, "max": 9, "meaning": "m"},
      {"name": "word", "type": "choice", "default": "a", "choices": ["a", "b"], "meaning": "m"}]})");
}

std::string experiment_problem(const Json& json) {
  try {
    parse_experiment(json.dump(), "e.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

/// The problem after putting `value` at `pointer`.
std::string smallest_with(const char* pointer, const Json& value) {
  Json json = smallest();
  json[Json::json_pointer(pointer)] = value;
  return experiment_problem(json);
}

}  // namespace

TEST_CASE("an experiment is read whole") {
  const Experiment e = parse_experiment(smallest().dump(), "e.json");
  CHECK(e.name == "e");
  CHECK(e.milestone == 0);
  CHECK(e.hyperparameters[0].fallback == Value(std::int64_t{3}));
  CHECK(e.hyperparameters[0].range() == "1 to 9");
  CHECK(e.hyperparameters[1].range() == "a, b");
  CHECK(e.find("word") == 1);
  CHECK_FALSE(e.find("words"));
  REQUIRE(e.find_metric("score"));
  CHECK(e.find_metric("score")->goal == Goal::maximize);
  CHECK(e.find_metric("loss") == nullptr);
}

TEST_CASE("an experiment that ships says what to begin with; a command, which has no data to generate, does not") {
  Json json = smallest();
  json["first"] = {{"space", "quick.json"}, {"generate", "--storms 9"}};
  const Experiment e = parse_experiment(json.dump(), "e.json");
  REQUIRE(e.first);
  CHECK(e.first->space == "quick.json");
  CHECK(e.first->generate == "--storms 9");
  CHECK(smallest_with("/first", {{"space", "quick.json"}}).starts_with("e.json: first.generate is missing"));
  json["run"] = {"true"};
  CHECK(experiment_problem(json).starts_with("e.json: first is not a known key"));
}

TEST_CASE("what the experiments that ship declare") {
  CHECK(find_experiment("noop", "x").data.empty());
  const Experiment& tornado = find_experiment("tornado", "x");
  CHECK(tornado.metrics[0].name == "validation_accuracy");
  CHECK(tornado.data == std::vector<std::string>{"train", "validation", "test"});
  CHECK(tornado.hyperparameters[*tornado.milestone].name == "epochs");
  CHECK(tornado.hyperparameters[*tornado.find("batch_size")].range() == "1 to 1000000");
  CHECK(tornado.hyperparameters[*tornado.find("learning_rate")].range() == "1e-08 to 10");
  CHECK_THROWS_WITH_AS(find_experiment("tornadoo", "s.json: experiment"),
                       "s.json: experiment is tornadoo; did you mean tornado?", InputError);
}

TEST_CASE("a name that nobody has is told in short") {
  CHECK_THROWS_WITH_AS(find_experiment(std::string(1'000'000, 'k'), "s.json: experiment"),
                       doctest::Contains(("is " + std::string(57, 'k') + "...; known are").c_str()), InputError);
}

TEST_CASE("integers are taken to the last digit, and none outside their range") {
  const Experiment& noop = find_experiment("noop", "test");
  const Hyperparameter& index = noop.hyperparameters[*noop.find("index")];
  const auto read = [&](const char* text) {
    try {
      return to_string(index.read(nlohmann::json::parse(text), "s.json: index"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  CHECK(read("9007199254740991") == "9007199254740991");
  CHECK(read("9007199254740992") == "9007199254740992");
  for (const std::string text : {"9007199254740993", "9223372036854775808", "18446744073709551615", "-1"})
    CHECK(read(text.c_str()) == "s.json: index is " + text + "; index is an integer from 0 to 9007199254740992");
  CHECK(read("128.0") == "128");
  CHECK(read("9007199254740993.0").ends_with("; index is an integer from 0 to 9007199254740992"));
}

TEST_CASE("names that would hide a column of the results view are refused") {
  for (const char* column :
       {"search", "trial", "seed", "status", "wall_seconds", "flops", "error", "finished", "gang"}) {
    const std::string remedy = "; the results view has a column of that name; choose another";
    const std::string quoted = '"' + std::string(column) + '"';
    CHECK(smallest_with("/hyperparameters/0/name", column) == "e.json: hyperparameters[0].name is " + quoted + remedy);
    CHECK(smallest_with("/metrics/0/name", column) == "e.json: metrics[0].name is " + quoted + remedy);
  }
  for (const char* path : {"/hyperparameters/0/name", "/metrics/0/name"})
    for (const char* value : {"true", "false"})
      CHECK(smallest_with(path, value).ends_with("it is a value in SQL; choose another name"));
  CHECK(smallest_with("/hyperparameters/1/name", "score") ==
        "e.json: hyperparameters[1].name is \"score\"; the name is taken; choose another");
  CHECK(smallest_with("/hyperparameters/1/name", "a b").find("lower-case") != std::string::npos);
  CHECK(smallest_with("/hyperparameters/1/name", "outcome") == "accepted");
}

TEST_CASE("names that columns of `results --over` have are refused") {
  for (const char* name : {"trials", "first_trial"})
    CHECK(smallest_with("/hyperparameters/0/name", name) ==
          "e.json: hyperparameters[0].name is \"" + std::string(name) +
              "\"; results --over has a column of that name; choose another");
  for (const char* suffix : {"_sd", "_n"})
    CHECK(smallest_with("/hyperparameters/1/name", "score" + std::string(suffix)) ==
          "e.json: metrics[0].name is \"score\"; results --over makes a column score" + std::string(suffix) +
              " of it, and that name is taken; choose another");
}

TEST_CASE("no more columns are declared than a database can show") {
  const auto like = [](Json declared, int count, const Json& others = Json::array()) {
    Json all = others;
    for (int i = 0; i < count; ++i) {
      declared["name"] = "n" + std::to_string(i);
      all.push_back(declared);
    }
    return all;
  };
  const Json metric = smallest()["metrics"][0], word = smallest()["hyperparameters"][1];
  CHECK(smallest_with("/metrics", like(metric, 500)) == "accepted");
  CHECK(smallest_with("/metrics", like(metric, 501)) == "e.json: metrics has 501; give at most 500");
  const Json epochs = Json::array({smallest()["hyperparameters"][0]});
  CHECK(smallest_with("/hyperparameters", like(word, 399, epochs)) == "accepted");
  CHECK(smallest_with("/hyperparameters", like(word, 400, epochs)) ==
        "e.json: hyperparameters has 401; give at most 400");
  const auto profile = [&](int count) {
    return Json::array({{{"name", "lead_time"}, {"at", {10}}, {"metrics", like(metric, count)}}});
  };
  CHECK(smallest_with("/profiles", profile(100)) == "accepted");
  CHECK(smallest_with("/profiles", profile(101)) == "e.json: profiles[0].metrics has 101; give at most 100");
}

TEST_CASE("declarations that do not hold together are refused") {
  CHECK(experiment_problem(smallest()) == "accepted");
  CHECK(smallest_with("/hyperparameters/0/default", 10) ==
        "e.json: hyperparameters[0].default is 10; epochs is an integer from 1 to 9");
  CHECK(smallest_with("/hyperparameters/1/default", "c") ==
        "e.json: hyperparameters[1].default is \"c\"; word is one of a, b");
  CHECK(smallest_with("/hyperparameters/0/type", "int") ==
        "e.json: hyperparameters[0].type is \"int\"; known are integer, real, choice, flag");
  CHECK(smallest_with("/hyperparameters/0/min", 20) == "e.json: hyperparameters[0].min is 20; it must not exceed max");
  CHECK(smallest_with("/hyperparameters/0/min", 1.5) ==
        "e.json: hyperparameters[0].min is 1.5; give a whole number within -2^53 to 2^53");
  CHECK(smallest_with("/hyperparameters/0/max", 1e16) ==
        "e.json: hyperparameters[0].max is 1e+16; give a whole number within -2^53 to 2^53");
  CHECK(smallest_with("/hyperparameters/0/max", 9.0) == "accepted");
  CHECK(smallest_with("/hyperparameters/1/choices", {"a", "a"}) ==
        "e.json: hyperparameters[1].choices[1] is \"a\"; it is given twice");
  CHECK(
      smallest_with("/hyperparameters/1/min", 1) ==
      "e.json: hyperparameters[1].min is not a known key; known are name, type, default, meaning, choices, of_length");
  CHECK(smallest_with("/hyperparameters/1/of_length", {"b"}) == "accepted");
  CHECK(smallest_with("/hyperparameters/1/of_length", {"c"}) ==
        "e.json: hyperparameters[1].of_length[0] is \"c\"; known are a, b");
  CHECK(smallest_with("/hyperparameters/2", {{"name", "other"},
                                             {"type", "choice"},
                                             {"default", "a"},
                                             {"choices", {"a", "b"}},
                                             {"of_length", {"a"}},
                                             {"meaning", "m"}}) == "accepted");
  CHECK(smallest_with("/milestone", "word") ==
        "e.json: milestone is \"word\"; name an integer hyperparameter of at least 1");
  CHECK(smallest_with("/metrics/0/goal", "max") == "e.json: metrics[0].goal is \"max\"; known are minimize, maximize");
  CHECK(smallest_with("/metrics/0/name", "test_score").ends_with("the first must not be of the test data"));
  CHECK(smallest_with("/metric", 1) == "e.json: metric is not a known key; did you mean metrics?");
  Json short_one = smallest();
  short_one.erase("summary");
  CHECK(experiment_problem(short_one) == "e.json: summary is missing; add it");
}

namespace {

const Json lead_time = Json::parse(R"({"name": "lead_time", "unit": "min", "at": [10, 20.5],
  "metrics": [{"name": "score", "goal": "minimize", "meaning": "m"}]})");

/// The problem of a profile that has `value` at `pointer`.
std::string with_profile(const char* pointer, const Json& value) {
  Json profile = lead_time;
  profile[Json::json_pointer(pointer)] = value;
  return smallest_with("/profiles", Json::array({profile}));
}

}  // namespace

TEST_CASE("a profile is read whole, and names its metrics at each value") {
  Json json = smallest();
  json["profiles"] = Json::array({lead_time});
  const Experiment e = parse_experiment(json.dump(), "e.json");
  REQUIRE(e.profiles.size() == 1);
  CHECK(e.profiles[0].name == "lead_time");
  CHECK(e.profiles[0].values() == "10, 20.5 min");
  CHECK(profile_metric(e.profiles[0].metrics[0].name, e.profiles[0].at[1]) == "score[20.5]");
  CHECK(e.find_profile_of("score[10]") == &e.profiles[0]);
  CHECK(e.find_profile_of("scores") == nullptr);
  CHECK(e.find_metric("score[10]") == nullptr);
}

TEST_CASE("profiles that do not hold together are refused") {
  CHECK(smallest_with("/profiles", Json::array({lead_time})) == "accepted");
  CHECK(with_profile("/at", {"storm", "sea"}) == "accepted");
  CHECK(with_profile("/at", Json::array()) == "e.json: profiles[0].at is []; give at least one value");
  CHECK(with_profile("/at", {1, "sea"}) == "e.json: profiles[0].at[1] is \"sea\"; give numbers only, or words only");
  CHECK(with_profile("/at", {10, 10.0}) == "e.json: profiles[0].at is [10,10.0]; score[10] is declared twice");
  CHECK(with_profile("/at/0", 18446744073709551615U) ==
        "e.json: profiles[0].at[0] is 18446744073709551615; give a number within -2^53 to 2^53");
  CHECK(with_profile("/at/0", "a]").find("lower-case") != std::string::npos);
  CHECK(with_profile("/at/0", true) == "e.json: profiles[0].at[0] is true; give a number or a word");
  CHECK(with_profile("/name", "epochs") == "e.json: profiles[0].name is \"epochs\"; the name is taken; choose another");
  CHECK(with_profile("/name", "curves") ==
        "e.json: profiles[0].name is \"curves\"; the database has a table, view or index of that name; choose another");
  CHECK(with_profile("/metrics/0/name", "epochs").ends_with("the name is taken; choose another"));
  CHECK(with_profile("/metrics/0/name", "lead_time").ends_with("the name is taken; choose another"));
  CHECK(with_profile("/metrics", Json::array()) == "e.json: profiles[0].metrics is []; give at least one");
  Json again = lead_time;
  again["name"] = "hour";
  CHECK(smallest_with("/profiles", {lead_time, again}).ends_with("score[10] is declared twice"));
}

TEST_CASE("files that a search may leave out are among the experiment's") {
  Json json = smallest();
  json["data"] = {"train", "validation"};
  json["optional_data"] = {"validation"};
  const Experiment e = parse_experiment(json.dump(), "e.json");
  CHECK(e.may_lack("validation"));
  CHECK_FALSE(e.may_lack("train"));
  json["optional_data"] = {"test"};
  CHECK(experiment_problem(json) == "e.json: optional_data[0] is \"test\"; known are train, validation");
  json["optional_data"] = {"train", "train"};
  CHECK(experiment_problem(json) == "e.json: optional_data[1] is \"train\"; the name is taken; choose another");
}

TEST_CASE("reals have no negative zero, so equal values have one text") {
  Hyperparameter h{"x", Type::real, 0.0, -1, 1, {}, "m"};
  CHECK(to_string(h.read(-0.0, "p")) == "0");
  CHECK(h.read(1, "p") == Value(1.0));
}

TEST_CASE("the hyperparameters of training are included, with what an experiment changes, where it names them") {
  Json json = smallest();
  json["include"] = "training";
  json["hyperparameters"][0] = {{"name", "epochs"}, {"default", 4}};
  json["hyperparameters"].push_back({{"name", "batch_size"}, {"max", 7}, {"default", 5}, {"meaning", "mine"}});
  const Experiment e = parse_experiment(json.dump(), "e.json");
  std::vector<std::string> names;
  for (const Hyperparameter& h : e.hyperparameters) names.push_back(h.name);
  CHECK(names == std::vector<std::string>{"epochs", "word", "batch_size", "gpus", "learning_rate",
                                          "learning_rate_scaling", "warmup_epochs", "optimizer", "precision",
                                          "gradient_precision", "gradient_lag", "replicate"});
  CHECK(e.hyperparameters[0].fallback == Value(std::int64_t{4}));
  CHECK(e.hyperparameters[0].range() == "1 to 10000");
  CHECK(e.hyperparameters[2].range() == "1 to 7");
  CHECK(e.hyperparameters[2].meaning == "mine");
  CHECK(e.hyperparameters[7].choices == std::vector<std::string>{"adam", "adamw", "rmsprop", "sgd"});
}

TEST_CASE("what training reads has the type that it reads, included or not") {
  CHECK(smallest_with("/include", "other") == "e.json: include is \"other\"; only training is known");
  const Json gpus{{"name", "gpus"}, {"type", "real"}, {"default", 1}, {"min", 1}, {"max", 4}, {"meaning", "m"}};
  CHECK(smallest_with("/hyperparameters/1", gpus) ==
        "e.json: hyperparameters[1].type is \"real\"; training reads gpus as integer");
  CHECK(smallest_with("/hyperparameters/0/min", 0) ==
        "e.json: hyperparameters[0].min is 0; training reads epochs of at least 1");
  Json json = smallest();
  json["include"] = "training";
  json["hyperparameters"].push_back(json["hyperparameters"][0]);
  CHECK(experiment_problem(json) == "e.json: hyperparameters[2].name is \"epochs\"; the name is taken; choose another");
}
