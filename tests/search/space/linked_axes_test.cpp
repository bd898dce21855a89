#include "search/space/linked_axes.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "search/space/gang_sizes.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

using namespace stormsweep;

namespace {

Space space(const std::string& parameters, const std::string& more = "", const std::string& experiment = "tornado") {
  const std::string data = experiment != "noop" ? R"("data": {"train": "a", "validation": "b", "test": "c"}, )" : "";
  return parse_space(R"({"name": "s", "experiment": ")" + experiment + R"(", )" + data + R"("parameters": {)" +
                         parameters + "}" + more + "}",
                     "s.json", "/");
}

std::string refusal(const std::string& parameters, const std::string& more = "") {
  try {
    space(parameters, more);
    return "accepted";
  } catch (const InputError& error) {
    return error.what();
  }
}

const std::string paired = R"("epochs": [1, 2], "batch_size": [64, 128, 256], "learning_rate": [0.1, 0.2, 0.4])";

}  // namespace

TEST_CASE("zipped axes are one axis of the grid") {
  const Space s = space(paired, R"(, "zip": [["batch_size", "learning_rate"]], "exclude": [{"learning_rate": 0.4}])");
  CHECK(s.axes.size() == 2);
  CHECK(s.grid.size() == 6);
  CHECK(s.grid.count() == 4);
  const Configuration last = s.configuration(*s.grid.previous(5));
  CHECK(Reader(last, *s.experiment).integer("batch_size") == 128);
  CHECK(Reader(last, *s.experiment).real("learning_rate") == 0.2);
  CHECK(values(s, "learning_rate") == std::vector<Value>{0.1, 0.2, 0.4});
}

TEST_CASE("exclusions name one of zipped axes, or both") {
  const auto left = [](const std::string& exclude) {
    return space(paired, R"(, "zip": [["batch_size", "learning_rate"]], "exclude": [)" + exclude + "]").grid.count();
  };
  CHECK(left(R"({"batch_size": 64})") == 4);
  CHECK(left(R"({"batch_size": [64, 128], "learning_rate": [0.2, 0.4]})") == 4);
  CHECK(left(R"({"batch_size": 64, "learning_rate": 0.1, "epochs": 1})") == 5);
}

TEST_CASE("what cannot be zipped is refused in one line") {
  const auto zip = [](const std::string& names, const std::string& more = "") {
    return refusal(paired + R"(, "optimizer": "sgd")" + more, R"(, "zip": [)" + names + "]");
  };
  CHECK(zip(R"(["batch_size", "optimizer"])") ==
        "s.json: zip[0][1] is \"optimizer\"; it has 1 values and batch_size has 3: give as many");
  CHECK(zip(R"(["batch_sise", "learning_rate"])") ==
        "s.json: zip[0][0] is \"batch_sise\"; it is no axis of this space: did you mean batch_size?");
  CHECK(zip(R"(["batch_size"])") == "s.json: zip[0] is [\"batch_size\"]; name two axes or more that move together");
  CHECK(zip(R"(["epochs", "batch_size"])") ==
        "s.json: zip[0][0] is \"epochs\"; epochs are milestones of one training: leave them out");
  CHECK(zip(R"(["batch_size", "batch_size"])") ==
        "s.json: zip[0][1] is \"batch_size\"; it is zipped already: name it once");
  CHECK(zip(R"(["batch_size", "learning_rate"], ["learning_rate", "replicate"])", R"(, "replicate": [1, 2, 3])") ==
        "s.json: zip[1][0] is \"learning_rate\"; it is zipped already: name it once");
  CHECK(refusal(R"("batch_size": [64, 128], "learning_rate": {"min": 0.1, "max": 0.2})",
                R"(, "zip": [["batch_size", "learning_rate"]], "method": {"name": "random", "trials": 3})") ==
        "s.json: zip[0][1] is \"learning_rate\"; a range has no values to pair: give it a count, a step or a list");
  CHECK(refusal(R"("batch_size": {"values": [64, 128], "guess": 64},
                   "learning_rate": {"values": [0.1, 0.2], "guess": 0.2})",
                R"(, "zip": [["batch_size", "learning_rate"]])") ==
        "s.json: zip[0][1] is \"learning_rate\"; its guess and that of batch_size are no pair: give values that stand "
        "at the same place");
  CHECK(refusal(R"("batch_size": [64, 128], "optimizer": ["sgd", "adam"],
                   "learning_rate": {"values": [0.1, 0.2], "when": {"optimizer": "sgd"}})",
                R"(, "zip": [["batch_size", "learning_rate"]])") ==
        "s.json: zip[0][1] is \"learning_rate\"; zipped axes take part together: give it and batch_size the same when");
  CHECK(refusal(paired, R"(, "zip": [["batch_size", "learning_rate"]],
                            "exclude": [{"batch_size": 64, "learning_rate": 0.2}])") ==
        "s.json: exclude[0] is {\"batch_size\":64,\"learning_rate\":0.2}; zipped axes never have these values "
        "together: remove it");
}

TEST_CASE("where a condition does not hold, there is one configuration, at the default") {
  // By hand: SGD with two rates of dropout, Adam with none.
  const Space s =
      space(R"("optimizer": ["sgd", "adam"], "dropout": {"values": [0.5, 0.9], "when": {"optimizer": "sgd"}})");
  CHECK(s.grid.count() == 3);
  std::vector<std::string> all;
  for (auto i = s.grid.next(0); i; i = s.grid.next(*i + 1)) {
    const Configuration configuration = s.configuration(*i);
    const Reader read(configuration, *s.experiment);
    all.push_back(read.choice("optimizer") + " " + to_string(Value(read.real("dropout"))));
  }
  CHECK(all == std::vector<std::string>{"sgd 0.5", "sgd 0.9", "adam 0"});
  // Its identity is that of a space without the axis.
  const Space without = space(R"("optimizer": "adam")");
  CHECK(identity(s.configuration(*s.grid.previous(s.grid.size() - 1)), *s.experiment, 0) ==
        identity(without.configuration(0), *s.experiment, 0));
}

TEST_CASE("a schedule that depends on length shares epochs where it is not active") {
  const Space s = space(R"("epochs": [5, 10], "optimizer": ["sgd", "adam"],
    "learning_rate_schedule": {"values": ["cosine"], "when": {"optimizer": "sgd"}})",
                        "", "nowcast");
  const Trainings trainings(s);
  CHECK(s.grid.count() == 4);
  CHECK(trainings.count() == 3);  // sgd twice, each of its length; adam once, with two milestones
  std::size_t shared = 0;
  for (auto training = trainings.next({0}); training; training = trainings.next({training->id.value + 1}))
    shared += training->milestones.size() == 2;
  CHECK(shared == 1);
}

TEST_CASE("gangs may be zipped") {
  const Space s = space(R"("index": [10, 20], "gpus": [1, 2])", R"(, "zip": [["index", "gpus"]])", "noop");
  CHECK(gang_sizes(s) == std::vector<std::int64_t>{1, 2});
  CHECK(largest_gang(s) == 2);
  const Space two = only_gangs_of(2, s);
  CHECK(two.grid.count() == 1);
  CHECK(Reader(two.configuration(*two.grid.next(0)), *s.experiment).integer("index") == 20);
}

TEST_CASE("conditions that cannot be are refused in one line") {
  const std::string dropout = R"("dropout": {"values": [0, 0.9], "when": )";
  CHECK(refusal(dropout + R"({"optimiser": "sgd"}}, "optimizer": "sgd")") ==
        "s.json: parameters.dropout.when.optimiser is not a hyperparameter of tornado; did you mean optimizer?");
  CHECK(refusal(dropout + R"({"optimizer": "sgd"}})") ==
        "s.json: parameters.dropout.when.optimizer is not in this space and keeps its default; give "
        "parameters.optimizer, or remove the condition");
  CHECK(refusal(dropout + R"({}})") ==
        "s.json: parameters.dropout.when is {}; name what it depends on, as {\"optimizer\": \"sgd\"}, or remove it");
  CHECK(refusal(dropout + R"({"epochs": 5}}, "epochs": [5, 10])") ==
        "s.json: parameters.dropout.when.epochs is 5; epochs are milestones of one training, which keeps its values: "
        "depend on something else");
  CHECK(refusal(R"("epochs": {"values": [5, 10], "when": {"optimizer": "sgd"}}, "optimizer": ["sgd", "adam"])") ==
        "s.json: parameters.epochs.when is {\"optimizer\":\"sgd\"}; every training has epochs: remove it");
  CHECK(refusal(R"("gpus": {"values": [1, 2], "when": {"optimizer": "sgd"}}, "optimizer": ["sgd", "adam"])") ==
        "s.json: parameters.gpus.when is {\"optimizer\":\"sgd\"}; every training has gpus: remove it");
  CHECK(refusal(dropout + R"({"learning_rate": 0.1}}, "learning_rate": {"min": 0.1, "max": 1})",
                R"(, "method": {"name": "random", "trials": 3})") ==
        "s.json: parameters.dropout.when.learning_rate is 0.1; learning_rate is a range: give it a count, a step or a "
        "list");
  CHECK(refusal(dropout + R"({"batch_size": 64}}, "batch_size": {"values": [64, 128], "when": {"dropout": 0.9}})") ==
        "s.json: parameters.dropout.when is {\"batch_size\":64}; it depends on itself in the end: remove a condition "
        "of the circle");
  CHECK(refusal(dropout + R"({"dropout": 0.9}})") ==
        "s.json: parameters.dropout.when is {\"dropout\":0.9}; it depends on itself in the end: remove a condition "
        "of the circle");
}

TEST_CASE("a condition that never holds is reported") {
  const Space s = space(R"("dropout": {"values": [0.5, 0.9], "when": {"optimizer": "adam"}}, "optimizer": "sgd")");
  CHECK(s.grid.count() == 1);
  REQUIRE(s.notes.size() == 1);
  CHECK(s.notes[0] == "s.json: parameters.dropout.when never holds: dropout stays at 0");
}

TEST_CASE("a value may come again where what is zipped with it differs") {
  const std::string zip = R"(, "zip": [["batch_size", "learning_rate"]])";
  const Space s = space(R"("batch_size": [64, 128, 256], "learning_rate": [0.001, 0.001, 0.002])", zip);
  CHECK(s.grid.size() == 3);
  std::vector<std::string> pairs;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Configuration configuration = s.configuration(i);
    const Reader read(configuration, *s.experiment);
    pairs.push_back(to_string(Value(read.integer("batch_size"))) + " " + to_string(Value(read.real("learning_rate"))));
  }
  CHECK(pairs == std::vector<std::string>{"64 0.001", "128 0.001", "256 0.002"});
  const std::string left_out = R"(, "exclude": [{"learning_rate": 0.001}])";
  CHECK(space(R"("batch_size": [64, 128, 256], "learning_rate": [0.001, 0.001, 0.002])", zip + left_out).grid.count() ==
        1);
  CHECK(refusal(R"("batch_size": [64, 128, 64], "learning_rate": [0.001, 0.001, 0.001])", zip) ==
        "s.json: parameters.batch_size has 64 with 0.001 twice (to 12 digits); keep one");
  CHECK(refusal(R"("batch_size": [64, 128, 64])") == "s.json: parameters.batch_size has 64 twice; keep one");
}

TEST_CASE("guesses of zipped axes are a pair where a value comes again") {
  const std::string zip = R"(, "zip": [["batch_size", "learning_rate"]], "method": "random")";
  const auto guessed = [&](const std::string& parameters) { return space(parameters, zip).axes[0].guessed_digit(); };
  CHECK(guessed(R"("batch_size": {"values": [64, 128, 128], "guess": 128},
                   "learning_rate": {"values": [0.1, 0.2, 0.4], "guess": 0.4})") == 2);
  CHECK(guessed(R"("batch_size": [64, 128, 128], "learning_rate": {"values": [0.1, 0.2, 0.4], "guess": 0.4})") == 2);
  CHECK(guessed(R"("batch_size": {"values": [64, 128, 128], "guess": 128}, "learning_rate": [0.1, 0.2, 0.4])") == 1);
}

TEST_CASE("a size of gangs that comes again on zipped axes is one size") {
  const Space s = space(R"("index": [10, 20, 30], "gpus": [1, 2, 1])", R"(, "zip": [["index", "gpus"]])", "noop");
  CHECK(gang_sizes(s) == std::vector<std::int64_t>{1, 2});
  CHECK(only_gangs_of(1, s).grid.count() == 2);
  const Space alike = space(R"("index": [10, 20], "gpus": [2, 2])", R"(, "zip": [["index", "gpus"]])", "noop");
  CHECK(gang_sizes(alike) == std::vector<std::int64_t>{2});
  CHECK(only_gangs_of(2, alike).grid.count() == 2);
}
