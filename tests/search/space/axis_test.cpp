#include "search/space/axis.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

/// The values of `hyperparameter` of tornado that `text` gives, as text; or the message.
std::string read(const std::string& hyperparameter, std::string_view text) {
  const Experiment& tornado = find_experiment("tornado", "test");
  const auto json = parse_json(R"({"parameters": {")" + hyperparameter + "\": " + std::string(text) + "}}", "s.json");
  try {
    std::vector<std::string> words;
    const Field field = Field(json, "s.json")["parameters"][hyperparameter];
    const std::size_t index = *tornado.find(hyperparameter);
    const Axis axis{index, read_values(field, tornado.hyperparameters[index])};
    refuse_twins(field, axis);
    for (const Value& value : axis.values) words.push_back(to_string(value));
    return join(words);
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("lists, scalars, values and value") {
  CHECK(read("batch_size", "[128, 64, 256.0]") == "128, 64, 256");
  CHECK(read("batch_size", "32") == "32");
  CHECK(read("batch_size", R"({"values": [1, 2]})") == "1, 2");
  CHECK(read("batch_size", R"({"value": 7})") == "7");
  CHECK(read("augmentation", R"("live")") == "live");
  CHECK(read("pool_last", "[true, false]") == "true, false");
  CHECK(read("learning_rate", "[1, 0.01]") == "1, 0.01");
}

TEST_CASE("linear ranges") {
  CHECK(read("epochs", R"({"min": 5, "max": 20, "step": 5})") == "5, 10, 15, 20");
  CHECK(read("epochs", R"({"min": 5, "max": 19, "step": 5})") == "5, 10, 15");
  CHECK(read("epochs", R"({"min": 1, "max": 10, "count": 4})") == "1, 4, 7, 10");
  CHECK(read("epochs", R"({"min": 1, "max": 10, "count": 3})") == "1, 6, 10");  // 5.5 is rounded away from zero
  CHECK(read("epochs", R"({"min": 3, "max": 3, "count": 1})") == "3");
  CHECK(read("dropout", R"({"min": 0, "max": 0.5, "step": 0.1})") == "0, 0.1, 0.2, 0.3, 0.4, 0.5");
  CHECK(read("dropout", R"({"min": 0, "max": 0.3, "count": 4})") == "0, 0.1, 0.2, 0.3");
}

TEST_CASE("reals that differ in the 17th digit are one value, in a list and between a list and a range") {
  CHECK(read("dropout", "[0.30000000000000004]") == "0.3");  // 0.1 * 3
  CHECK(read("dropout", "[0.3, 0.30000000000000004]") ==
        "s.json: parameters.dropout has 0.3 twice (to 12 digits); keep one");
  CHECK(read("learning_rate", "[0.00031622776601683794, 0.0031622776601683794]") ==  // as numpy.logspace has them
        "0.000316227766017, 0.00316227766017");
  CHECK(read("dropout", "[0.3, 0.300000000001]") == "0.3, 0.300000000001");
}

TEST_CASE("logarithmic ranges") {
  CHECK(read("batch_size", R"({"min": 128, "max": 4096, "scale": "log2", "step": 1})") ==
        "128, 256, 512, 1024, 2048, 4096");
  CHECK(read("batch_size", R"({"min": 128, "max": 4000, "scale": "log2", "step": 2})") == "128, 512, 2048");
  CHECK(read("batch_size", R"({"min": 1, "max": 1024, "scale": "log2", "count": 6})") == "1, 4, 16, 64, 256, 1024");
  CHECK(read("batch_size", R"({"min": 1, "max": 1000, "scale": "log", "count": 4})") == "1, 10, 100, 1000");
  CHECK(read("learning_rate", R"({"min": 1e-5, "max": 0.1, "scale": "log", "count": 5})") ==
        "1e-05, 1e-04, 0.001, 0.01, 0.1");
  CHECK(read("learning_rate", R"({"min": 1e-4, "max": 0.01, "scale": "log", "step": 0.5})") ==
        "1e-04, 0.000316227766017, 0.001, 0.00316227766017, 0.01");
}

TEST_CASE("values that the hyperparameter does not take") {
  CHECK(read("batch_size", "[128, 256, -5]") ==
        "s.json: parameters.batch_size[2] is -5; batch_size is an integer from 1 to 1000000");
  CHECK(read("batch_size", R"({"values": [1, 2, -5]})") ==
        "s.json: parameters.batch_size.values[2] is -5; batch_size is an integer from 1 to 1000000");
  CHECK(read("batch_size", "12.5") ==
        "s.json: parameters.batch_size is 12.5; batch_size is an integer from 1 to 1000000");
  CHECK(read("epochs", R"({"min": 0, "max": 10, "step": 1})") ==
        "s.json: parameters.epochs.min is 0; epochs is an integer from 1 to 10000");
  CHECK(read("learning_rate", R"("fast")") ==
        "s.json: parameters.learning_rate is \"fast\"; learning_rate is a number from 1e-08 to 10");
  CHECK(read("augmentation", R"(["live", "alive"])") ==
        "s.json: parameters.augmentation[1] is \"alive\"; augmentation is one of none, preaugmented, live");
  CHECK(read("pool_last", "1") == "s.json: parameters.pool_last is 1; pool_last is true or false");
  CHECK(read("epochs", "null") == "s.json: parameters.epochs is null; epochs is an integer from 1 to 10000");
}

TEST_CASE("invalid axes are refused") {
  CHECK(read("epochs", "[]") == "s.json: parameters.epochs is []; give at least one value, or leave epochs out");
  CHECK(read("epochs", "[5, 10, 5]") == "s.json: parameters.epochs has 5 twice; keep one");
  CHECK(read("epochs", "[5, 5.0]") == "s.json: parameters.epochs has 5 twice; keep one");
  CHECK(read("epochs", "{}") == "s.json: parameters.epochs.min is missing; add it");
  CHECK(read("epochs", R"({"min": 10, "max": 5, "step": 1})") ==
        "s.json: parameters.epochs.min is 10; it must not exceed max, which is 5");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "count": 20})") ==
        "s.json: parameters.epochs has 1 twice after rounding; give a smaller count or a larger step");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "count": 1})") ==
        "s.json: parameters.epochs.count is 1; min and max differ: give a count of at least 2");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "count": 0})") ==
        "s.json: parameters.epochs.count is 0; give an integer of at least 1");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "step": 0})") ==
        "s.json: parameters.epochs.step is 0; give a number greater than 0");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "step": 0.5})") ==
        "s.json: parameters.epochs.step is 0.5; epochs is an integer: give an integer step");
  CHECK(read("epochs", R"({"min": 1, "max": 5})") ==
        "s.json: parameters.epochs is {\"min\":1,\"max\":5}; give either count or step");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "step": 1, "count": 2})").ends_with("give either count or step"));
  CHECK(read("epochs", R"({"min": 1, "max": 5, "steps": 1})") ==
        "s.json: parameters.epochs.steps is not a known key; did you mean step?");
  CHECK(read("epochs", R"({"values": [1], "min": 1})") ==
        "s.json: parameters.epochs is {\"values\":[1],\"min\":1}; give values, or value, or a range from min to max: "
        "one of them");
  CHECK(read("epochs", R"({"min": 1, "max": 5, "step": 1, "scale": "ln"})") ==
        "s.json: parameters.epochs.scale is \"ln\"; give linear, log or log2");
  CHECK(read("replicate", R"({"min": 0, "max": 5, "count": 3, "scale": "log"})") ==
        "s.json: parameters.replicate.min is 0; a logarithmic scale starts above 0");
  CHECK(read("augmentation", R"({"min": 0, "max": 5, "count": 3})")
            .ends_with("augmentation has no range: give a list of some of none, preaugmented, live"));
}

TEST_CASE("reals of a range have 6 digits; of one that is narrow beside its values, 6 of its width") {
  const auto third = [](double min, double max, bool logarithmic = false) {
    return to_string(Interval{min, max, logarithmic}.at(1 / 3.));
  };
  CHECK(third(0, 1) == "0.333333");
  CHECK(third(0.1, 0.9) == "0.366667");
  CHECK(third(-2, 1) == "-1");
  CHECK(third(273, 274) == "273.333");
  CHECK(third(1e-3, 1, true) == "0.01");
  CHECK(third(1e300, 1.0001e300, true) == "1.00003e+300");
  CHECK(third(1013.2501, 1013.2509) == "1013.25036667");
  CHECK(third(-1013.2509, -1013.2501) == "-1013.25063333");
  CHECK(third(7, 7) == "7");
}

TEST_CASE("a range whose width is no number is refused") {
  Hyperparameter wide{.name = "x", .type = Type::real};
  wide.min = -1e308, wide.max = 1e308;
  const auto json = parse_json(R"({"min": -1e308, "max": 1e308})", "s.json");
  CHECK_THROWS_WITH_AS(read_interval(Field(json, "s.json"), wide),
                       doctest::Contains("its ends are too far apart; give a narrower range"), InputError);
}

TEST_CASE("an axis that would fill the memory is refused at once") {
  CHECK(read("learning_rate", R"({"min": 1e-8, "max": 10, "step": 1e-8})") ==
        "s.json: parameters.learning_rate has 1e+09 values; an axis holds at most 10000000: give a larger step or a "
        "smaller count");
  CHECK(read("learning_rate", R"({"min": 1e-8, "max": 10, "count": 1000000000000000})").find("at most 10000000") !=
        std::string::npos);
}
