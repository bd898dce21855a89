#include "search/space/space.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"

using namespace stormsweep;

namespace {

using Json = nlohmann::ordered_json;

Json tornado_space() {
  return Json::parse(R"({
    "name": "storms", "experiment": "tornado", "method": "grid", "metric": {"name": "validation_auc"}, "seed": 7,
    "data": {"train": "d/train.h5", "validation": "../v.h5", "test": "/abs/test.h5"},
    "parameters": {"batch_size": [128, 256, 512], "epochs": {"min": 5, "max": 15, "step": 5}, "optimizer": "sgd"},
    "exclude": [{"epochs": [5, 10], "batch_size": 512}],
    "limits": {"trials": 100, "hours": 1.5, "rank_hours": 40, "failures": 3, "trial_hours": 0.25, "target": -0.5},
    "cost": {"like": "runs/before.db"}})");
}

std::string problem(const Json& json) {
  try {
    parse_space(json.dump(), "s.json", "/home");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

/// The problem after putting `value` at `pointer`.
std::string with(const char* pointer, const Json& value) {
  Json json = tornado_space();
  json[Json::json_pointer(pointer)] = value;
  return problem(json);
}

std::string without(const char* key) {
  Json json = tornado_space();
  json.erase(key);
  return problem(json);
}

}  // namespace

TEST_CASE("a space is read whole") {
  const std::string text = tornado_space().dump();
  const Space space = parse_space(text, "s.json", "/home/me");
  CHECK(space.name == "storms");
  CHECK(space.experiment->name == "tornado");
  CHECK(space.metric == "validation_auc");
  CHECK(space.goal == Goal::maximize);
  CHECK(space.seed == 7);
  CHECK(space.data.at("train") == "/home/me/d/train.h5");
  CHECK(space.data.at("validation") == "/home/v.h5");
  CHECK(space.data.at("test") == "/abs/test.h5");
  CHECK(space.limits.trials == 100);
  CHECK(space.limits.hours == 1.5);
  CHECK(space.limits.rank_hours == 40);
  CHECK(space.cost.like == "/home/me/runs/before.db");
  CHECK(space.limits.failures == 3);
  CHECK(space.limits.trial_hours == 0.25);
  CHECK(space.limits.target == -0.5);
  CHECK(space.share_epochs);
  CHECK(space.text == text);
  CHECK(space.grid.size() == 9);
  CHECK(space.grid.count() == 7);
  CHECK(space.grid.excluded(Digits{2, 0, 0}));
  CHECK_FALSE(space.grid.excluded(Digits{2, 2, 0}));

  const Configuration last = space.configuration(8);
  const Reader reader(last, *space.experiment);
  CHECK(reader.integer("batch_size") == 512);
  CHECK(reader.integer("epochs") == 15);
  CHECK(reader.choice("optimizer") == "sgd");
  CHECK(reader.real("learning_rate") == 0.001);  // a default
}

TEST_CASE("what may be left out") {
  const Space space = parse_space(R"({"name": "n", "experiment": "noop", "parameters": {}})", "s.json", "/");
  CHECK(space.metric == "score");
  CHECK(space.seed == 0);
  CHECK(space.grid.size() == 1);
  CHECK_FALSE(space.limits.trials);
  CHECK(with("/metric", "validation_loss") == "accepted");
  CHECK(with("/description", "one line") == "accepted");
  CHECK(with("/share_epochs", false) == "accepted");
}

namespace {

/// A space of an experiment with a profile of validation_mse, which may do without validation data.
std::string space_problem(const std::string& data, const std::string& metric, Space* space = nullptr) {
  static const std::vector<Experiment> known{parse_experiment(R"({"name": "forecast", "summary": "s",
    "data": ["train", "validation"], "optional_data": ["validation"],
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}],
    "profiles": [{"name": "lead_time", "at": [10], "metrics": [
      {"name": "validation_mse", "goal": "minimize", "meaning": "m"}]}],
    "hyperparameters": [{"name": "width", "type": "integer", "default": 1, "min": 1, "max": 9, "meaning": "m"}]})",
                                                              "e.json")};
  const Json json{{"name", "n"},
                  {"experiment", "forecast"},
                  {"metric", metric},
                  {"parameters", {{"width", 2}}},
                  {"data", Json::parse(data)}};
  try {
    const Space read = parse_space(json.dump(), "s.json", "/d", known);
    if (space) *space = read;
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a search may leave out files that its experiment can do without, and no others") {
  Space space;
  CHECK(space_problem(R"({"train": "t.h5"})", "score", &space) == "accepted");
  CHECK(space.data == std::map<std::string, std::filesystem::path>{{"train", "/d/t.h5"}});
  CHECK(space_problem(R"({"train": "t.h5", "validation": "v.h5"})", "score", &space) == "accepted");
  CHECK(space.data.at("validation") == "/d/v.h5");
  CHECK(space_problem(R"({"validation": "v.h5"})", "score") == "s.json: data.train is missing; add it");
  CHECK(space_problem(R"({"train": "t.h5", "test": "v.h5"})", "score") ==
        "s.json: data.test is not a known key; known are train, validation");
}

TEST_CASE("what a hyperparameter takes: values of its axis, or its one value") {
  Json json = tornado_space();
  json["parameters"]["optimizer"] = Json::parse(R"(["sgd", "adamw"])");
  const Space space = parse_space(json.dump(), "s.json", "/home");
  CHECK(values(space, "optimizer") == std::vector<Value>{Value(std::string("sgd")), Value(std::string("adamw"))});
  CHECK(takes(space, "optimizer", "adamw"));
  CHECK_FALSE(takes(space, "optimizer", "adam"));
  CHECK(takes(space, "precision", "fp32"));  // no axis: the default
  CHECK_FALSE(takes(space, "precision", "bf16"));
  CHECK_FALSE(takes(space, "batch_size", "128"));  // a number is no choice
  CHECK_FALSE(takes(space, "no_such", "sgd"));
}

TEST_CASE("a search does not choose by a metric that has many values") {
  for (const std::string metric : {"validation_mse", "validation_mse[10]"})
    CHECK(space_problem(R"({"train": "t.h5"})", metric) ==
          "s.json: metric is \"" + metric + "\"; a search does not choose by lead_time: give one of score");
}

TEST_CASE("a search must not choose on test data") {
  CHECK(with("/metric/name", "test_accuracy") ==
        "s.json: metric.name is \"test_accuracy\"; a search must not choose on test data: give one of "
        "validation_accuracy, validation_loss, validation_auc, validation_csi, train_loss, train_accuracy");
  CHECK(with("/metric", "test_auc").starts_with("s.json: metric is \"test_auc\"; a search must not choose on test"));
  Json json = tornado_space();
  json.erase("metric");
  CHECK(parse_space(json.dump(), "s.json", "/").metric == "validation_accuracy");
}

TEST_CASE("the goal is the metric's own unless the file says otherwise") {
  Json json = tornado_space();
  json["metric"] = "validation_loss";
  CHECK(parse_space(json.dump(), "s.json", "/").goal == Goal::minimize);
  json["metric"] = {{"name", "validation_loss"}, {"goal", "maximize"}};
  CHECK(parse_space(json.dump(), "s.json", "/").goal == Goal::maximize);
}

TEST_CASE("a metric is looked at where trials end, unless the file says at their best epoch") {
  Json json = tornado_space();
  CHECK(parse_space(json.dump(), "s.json", "/").metric_at == MetricAt::last);
  json["metric"] = {{"name", "validation_loss"}, {"at", "best"}};
  CHECK(parse_space(json.dump(), "s.json", "/").metric_at == MetricAt::best);
  CHECK(with("/metric/at", "first") == "s.json: metric.at is \"first\"; give last or best");
  const std::vector<Experiment> known{parse_experiment(R"({"name": "plain", "summary": "s", "data": [],
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}],
    "hyperparameters": [{"name": "index", "type": "integer", "default": 0, "min": 0, "max": 9, "meaning": "m"}]})",
                                                       "experiment.json")};
  CHECK_THROWS_WITH_AS(
      parse_space(
          R"({"name": "n", "experiment": "plain", "metric": {"name": "score", "at": "best"}, "parameters": {}})",
          "n.json", "/", known),
      "n.json: metric.at is \"best\"; plain has no epochs to choose among: give last", InputError);
}

TEST_CASE("unknown words are refused with the nearest known one") {
  CHECK(with("/parametrs", 1) == "s.json: parametrs is not a known key; did you mean parameters?");
  CHECK(with("/parameters/batchsize", 1) ==
        "s.json: parameters.batchsize is not a hyperparameter of tornado; did you mean batch_size?");
  CHECK(with("/experiment", "tornado1") == "s.json: experiment is tornado1; did you mean tornado?");
  CHECK(with("/metric/name", "validation_acc") ==
        "s.json: metric.name is \"validation_acc\"; did you mean validation_auc?");
  CHECK(with("/data/valid", "x.h5") == "s.json: data.valid is not a known key; known are train, validation, test");
  CHECK(with("/limits/trails", 1) == "s.json: limits.trails is not a known key; did you mean trials?");
  CHECK(with("/metric/gaol", "x") == "s.json: metric.gaol is not a known key; did you mean goal?");
}

TEST_CASE("what is missing is reported") {
  CHECK(without("name") == "s.json: name is missing; add it");
  CHECK(without("experiment") == "s.json: experiment is missing; add it");
  CHECK(without("parameters") == "s.json: parameters is missing; add it");
  CHECK(without("data") == R"(s.json: data is missing; add "data": {"train": FILE, "validation": FILE, "test": FILE})");
  Json json = tornado_space();
  json["data"].erase("test");
  CHECK(problem(json) == "s.json: data.test is missing; add it");
}

TEST_CASE("wrong values are reported with field, value and remedy") {
  CHECK(problem(Json::array({1})).starts_with("s.json is [1]; give an object with the keys name, description"));
  CHECK(with("/name", "a/b").starts_with("s.json: name is \"a/b\"; it becomes a file's"));
  CHECK(with("/name", ".hidden").starts_with("s.json: name is \".hidden\"; it becomes a file's"));
  CHECK(with("/name", 3) == "s.json: name is 3; give a text in quotes");
  CHECK(with("/method", "annealing") ==
        "s.json: method is \"annealing\"; known are grid, random, sobol, halving, hyperband, bayes");
  CHECK(with("/metric/goal", "max") == "s.json: metric.goal is \"max\"; give minimize or maximize");
  CHECK(with("/seed", -1) == "s.json: seed is -1; give an integer of at least 0");
  CHECK(with("/seed", 1.5) == "s.json: seed is 1.5; give an integer of at least 0");
  CHECK(with("/seed", std::uint64_t{1} << 63) == "s.json: seed is 9223372036854775808; give an integer of at least 0");
  CHECK(with("/data/train", 1) == "s.json: data.train is 1; give a text in quotes");
  CHECK(with("/parameters", 1) == "s.json: parameters is 1; give an object");
  CHECK(with("/limits/trials", 0) == "s.json: limits.trials is 0; give an integer of at least 1");
  CHECK(with("/limits/trial_hours", -1) == "s.json: limits.trial_hours is -1; give a number greater than 0");
  CHECK(with("/cost", {{"trial_seconds", 1}}) ==
        "s.json: cost.trial_seconds is not a known key; did you mean epoch_seconds?");
  CHECK(with("/cost", {{"epoch_seconds", 1}, {"like", "a.db"}}) ==
        R"(s.json: cost is {"epoch_seconds":1,"like":"a.db"}; give one of epoch_seconds and like)");
  CHECK(with("/limits/target", "high") == "s.json: limits.target is \"high\"; give a number");
  CHECK(with("/limits/hours", 0) == "s.json: limits.hours is 0; give a number greater than 0");
  CHECK(with("/share_epochs", "yes") == "s.json: share_epochs is \"yes\"; give true or false");
  CHECK(with("/exclude", 1) == "s.json: exclude is 1; give a list");
  CHECK(problem(Json::parse(R"({"name": "n", "experiment": "noop", "parameters": {}, "data": {"train": "x"}})")) ==
        "s.json: data is {\"train\":\"x\"}; noop reads no data: remove it");
}

TEST_CASE("exclusions that exclude nothing, or everything, are refused") {
  CHECK(with("/exclude/0", {{"batch_size", {128, 100}}}) ==
        "s.json: exclude[0].batch_size[1] is 100; the axis batch_size has 128, 256, 512");
  CHECK(with("/exclude/0", {{"dropout", 0}}) ==
        "s.json: exclude[0].dropout is not an axis of this space; known are batch_size, epochs, optimizer");
  CHECK(with("/exclude/0", {{"batch_sise", 128}}) ==
        "s.json: exclude[0].batch_sise is not an axis of this space; did you mean batch_size?");
  CHECK(with("/exclude/0", Json::object()).starts_with("s.json: exclude[0] is {}; it names no axis"));
  CHECK(with("/exclude/0", {{"epochs", Json::array()}}) ==
        "s.json: exclude[0].epochs is []; give the values to leave out");
  CHECK(with("/exclude/0", {{"optimizer", "sgd"}}) ==
        "s.json: exclude leaves out every configuration; remove some of it");
  CHECK(with("/exclude", {{{"epochs", {5, 15}}}, {{"epochs", 10}}}) ==
        "s.json: exclude leaves out every configuration; remove some of it");
}

TEST_CASE("a long axis is looked through once, however many of its values are left out") {
  Json json = tornado_space(), values = Json::array();
  for (int size = 1'000'000; size > 0; size -= 200) values.push_back(size);
  for (int size = 100; size <= 400; size += 100) values.push_back(size);  // 200 and 400 again
  json["parameters"]["batch_size"] = {{"min", 1}, {"max", 1'000'000}, {"step", 1}};
  json["exclude"] = {{{"batch_size", values}}};
  CHECK(parse_space(json.dump(), "s.json", "/").grid.count() == 3 * (1'000'000 - 5'000 - 2));
  values.push_back(0.5), json["exclude"] = {{{"batch_size", values}}};
  CHECK(problem(json).starts_with("s.json: exclude[0].batch_size[5004] is 0.5; "));
}

TEST_CASE("malformed files and keys given twice are refused with their line") {
  CHECK_THROWS_WITH_AS(parse_space("{\n\"name\": \"a\",\n\"name\": \"b\"}", "s.json", "/"),
                       "s.json: line 3, column 6: the key \"name\" is given twice; keep one", InputError);
  CHECK_THROWS_WITH_AS(parse_space("{\n\"name\" \"a\"}", "s.json", "/"),
                       "s.json: line 2, column 10: unexpected string literal; expected ':'", InputError);
}

TEST_CASE("a file that cannot be read is refused") {
  CHECK_THROWS_WITH_AS(read_space("nowhere/s.json"),
                       "nowhere/s.json: cannot be read (No such file or directory); give the file of a search space",
                       InputError);
  CHECK_THROWS_AS(read_space("/"), InputError);
}

TEST_CASE("the spaces that ship are sound, and refer to data beside them") {
  struct Shipped {
    const char *experiment, *data;
    int spaces;
  };
  for (const auto& [experiment, data, count] :
       {Shipped{"tornado", "storms/train.h5", 10}, Shipped{"nowcast", "rain/train.h5", 4},
        Shipped{"segmentation", "weather/train", 1}, Shipped{"emulator", "climate/train.h5", 4}}) {
    const auto folder = source_folder() / "experiments" / experiment;
    int spaces = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json" || entry.path().filename() == "experiment.json" ||
          entry.path().filename() == "published.json")
        continue;
      ++spaces;
      CAPTURE(entry.path());
      const Space space = read_space(entry.path());
      CHECK(space.name == entry.path().stem());
      CHECK(space.experiment->name == experiment);
      CHECK(space.data.at("train") == folder / data);
      CHECK(space.grid.count() >= 4);
    }
    CHECK(spaces == count);
  }
}

TEST_CASE("a range whose steps miss its maximum is reported, and so are splits that are one file") {
  Json json = tornado_space();
  CHECK(doubts(parse_space(json.dump(), "s.json", "/home")).empty());
  json["parameters"]["epochs"] = {{"min", 5}, {"max", 17}, {"step", 5}};
  json["data"]["test"] = "d/../d/train.h5";
  CHECK(doubts(parse_space(json.dump(), "s.json", "/home")) ==
        std::vector<std::string>{"s.json: parameters.epochs ends at 15: its steps miss max, which is 17",
                                 "data.test and data.train are the same file, /home/d/train.h5"});
}

TEST_CASE(
    "for a Sobol sequence that does not end at a power of two the next one is suggested, unless a limit may end it "
    "before") {
  const auto told = [](int trials, const Json& limits, const char* method = "sobol") {
    Json json = tornado_space();
    json["method"] = {{"name", method}, {"trials", trials}};
    json["limits"] = limits;
    return doubts(parse_space(json.dump(), "s.json", "/home"));
  };
  CHECK(told(100, Json::object()) ==
        std::vector<std::string>{"method.trials is 100: Sobol points fill a space evenly by powers of "
                                 "two; the next is 128"});
  for (const int trials : {1, 2, 128}) CHECK(told(trials, Json::object()).empty());
  CHECK(told(100, {{"hours", 1}}).empty());
  CHECK(told(100, Json::object(), "random").empty());
}

TEST_CASE("replicates are no axis for a method that decides by results: it would choose the luckiest") {
  const auto told = [](const std::string& method, const Json& replicate) {
    const Json json{{"name", "s"},
                    {"experiment", "noop"},
                    {"method", {{"name", method}}},
                    {"parameters", {{"index", {1, 2, 3}}, {"epochs", {1, 3}}, {"replicate", replicate}}}};
    return doubts(parse_space(json.dump(), "s.json", "/"));
  };
  for (const std::string method : {"bayes", "halving", "hyperband"}) {
    CHECK(told(method, {0, 1}) ==
          std::vector<std::string>{"parameters.replicate is searched by " + method +
                                   ", which would choose the luckiest seed: leave it out, and replicate the best "
                                   "configurations afterwards"});
    CHECK(told(method, 1).empty());
  }
  for (const std::string method : {"grid", "random", "sobol"}) CHECK(told(method, {0, 1}).empty());
}

TEST_CASE("one file by two names is one file") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "d");
  std::ofstream(folder / "d/train.h5") << "x";
  std::filesystem::create_hard_link(folder / "d/train.h5", folder / "v.h5");
  Json json = tornado_space();
  json["data"]["validation"] = "v.h5";
  const auto told = doubts(parse_space(json.dump(), "s.json", folder.path()));
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("data.train and data.validation are the same file, "));
}

TEST_CASE("a space comes out of a pipe where it is read once, with data of the working directory") {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe) << tornado_space(); });
  const Space space = read_space(pipe);
  writer.join();
  CHECK(space.name == "storms");
  CHECK(space.data.at("train") == std::filesystem::current_path() / "d/train.h5");
  CHECK_THROWS_WITH_AS(read_lasting_space(pipe),
                       doctest::Contains("can be read once only, and every rank reads the space; save it"), InputError);
}
