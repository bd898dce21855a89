#include "search/space/trainings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

using namespace stormsweep;

namespace {

using Json = nlohmann::ordered_json;
using Random = std::mt19937_64;

std::uint32_t digit_below(Random& random, std::size_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

const Json data{{"train", "a.h5"}, {"validation", "b.h5"}, {"test", "c.h5"}};

Space space_of(const char* experiment, Json parameters, Json exclude, bool share) {
  const Json json{{"name", "t"},
                  {"experiment", experiment},
                  {"data", data},
                  {"parameters", std::move(parameters)},
                  {"exclude", std::move(exclude)},
                  {"share_epochs", share}};
  return parse_space(json.dump(), "t.json", "/d");
}

Space tornado(Json parameters, Json exclude = Json::array(), bool share = true) {
  return space_of("tornado", std::move(parameters), std::move(exclude), share);
}

/// A random space over three or four axes in random order, some with exclusions that name epochs; nothing where
/// exclusions leave no configuration. Trainings of segmentation share epochs unless their learning rate falls by poly.
std::optional<Space> random_space(Random& random, const char* experiment, bool share) {
  const char* const last = experiment == std::string("tornado") ? "pool_last" : "learning_rate_schedule";
  Json values{{"epochs", {40, 5, 10, 20}},
              {"batch_size", {1, 2, 3}},
              {"replicate", {0, 1, 2}},
              {"pool_last", {true, false}},
              {"learning_rate_schedule", digit_below(random, 8) ? Json{"exp", "poly", "constant"} : Json{"poly"}}};
  std::vector<std::string> names{"epochs", "batch_size", "replicate", last};
  std::shuffle(names.begin(), names.end(), random);
  if (digit_below(random, 4) == 0) names.pop_back();
  Json parameters = Json::object(), exclude = Json::array();
  for (const auto& name : names) parameters[name] = values[name];
  for (std::uint32_t n = digit_below(random, 7); n > 0; --n) {
    Json exclusion = Json::object();
    for (const auto& name : names) {
      Json some = Json::array();
      for (const auto& value : values[name])
        if (digit_below(random, 3)) some.push_back(value);
      if (!some.empty() && digit_below(random, 2)) exclusion[name] = some;
    }
    if (!exclusion.empty()) exclude.push_back(exclusion);
  }
  try {
    return space_of(experiment, parameters, exclude, share);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("trainings make every configuration exactly once, shared or not") {
  const char* experiment = "tornado";
  SUBCASE("all share epochs") {}
  SUBCASE("some do") {
    experiment = "segmentation";
  }
  Random random(2);
  int checked = 0;
  for (int round = 0; round < 600; ++round) {
    CAPTURE(round);
    const bool share = round % 3 > 0;
    const auto space = random_space(random, experiment, share);
    if (!space) continue;
    ++checked;
    std::multiset<Identity> wanted, made;
    double apart = 0, together = 0;
    for (std::uint64_t i = 0; i < space->grid.size(); ++i) {
      if (space->grid.excluded(space->grid.digits(i))) continue;
      const Configuration configuration = space->configuration(i);
      wanted.insert(identity(configuration, *space->experiment, 0));
      apart += static_cast<double>(Reader(configuration, *space->experiment).integer("epochs"));
    }
    const Trainings trainings(*space);
    std::uint64_t alive = 0;
    std::optional<Training> expected;  // what next(i) must return, computed from the end backwards
    for (std::uint64_t i = trainings.size(); i-- > 0;) {
      const auto training = trainings.at({i});
      if (training) expected = training;
      REQUIRE(trainings.next({i}) == expected);
      if (!training) continue;
      ++alive;
      REQUIRE(training->id.value == i);
      REQUIRE(std::is_sorted(training->milestones.begin(), training->milestones.end()));
      REQUIRE(training->configuration == training->trial(training->trials() - 1, *space->experiment));
      together += static_cast<double>(training->milestones.back());
      REQUIRE((training->trials() == 1 || any_length_alike(training->configuration, *space->experiment)));
      for (std::size_t k = 0; k < training->trials(); ++k)
        made.insert(identity(training->trial(k, *space->experiment), *space->experiment, 0));
    }
    REQUIRE(made == wanted);
    REQUIRE(trainings.count() == alive);
    if (const auto cost = trainings.cost()) {
      REQUIRE(cost->together == together);
      REQUIRE(cost->apart == apart);
    } else {
      // Only where epochs are not an axis, or no training shares them.
      const bool poly_alone = space->axes.size() > 0 && !any_length_alike(space->configuration(0), *space->experiment);
      REQUIRE((!share || space->axes.size() < 4 || poly_alone));
    }
  }
  CHECK(checked > 300);
}

TEST_CASE("Table 8: thirteen numbers of epochs cost 1,000 rather than 5,530") {
  const Space space = tornado({{"epochs", {5, 10, 15, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}}});
  const Trainings trainings(space);
  CHECK(trainings.size() == 1);
  REQUIRE(trainings.at({0}));
  CHECK(trainings.at({0})->trials() == 13);
  REQUIRE(trainings.cost());
  CHECK(trainings.cost()->together == 1000);
  CHECK(trainings.cost()->apart == 5530);
}

TEST_CASE("only trainings that depend on their length stay alone") {
  const Space space =
      space_of("segmentation", {{"epochs", {20, 5}}, {"learning_rate_schedule", {"poly", "exp"}}}, Json::array(), true);
  const Trainings trainings(space);
  CHECK(trainings.count() == 3);
  CHECK(trainings.at({0})->milestones == std::vector<std::int64_t>{20});
  CHECK(trainings.at({2})->milestones == std::vector<std::int64_t>{5});
  CHECK_FALSE(trainings.at({1}));
  CHECK(trainings.at({3})->milestones == std::vector<std::int64_t>{5, 20});
  CHECK(trainings.cost()->together == 45);
  CHECK(trainings.cost()->apart == 50);
}

TEST_CASE("milestones ascend whatever the order in the file, and exclusions take some") {
  const Space space = tornado({{"epochs", {20, 5, 10}}, {"batch_size", {64, 128}}},
                              {{{"epochs", 20}, {"batch_size", 64}}, {{"epochs", {5, 10, 20}}, {"batch_size", 128}}});
  const Trainings trainings(space);
  CHECK(trainings.size() == 2);
  CHECK(trainings.count() == 1);
  const auto training = trainings.at({0});
  REQUIRE(training);
  CHECK(training->milestones == std::vector<std::int64_t>{5, 10});
  CHECK(Reader(training->configuration, *space.experiment).integer("epochs") == 10);
  CHECK_FALSE(trainings.at({1}));
}

TEST_CASE("where epochs are no axis, or not shared, a training is one trial") {
  const Space no_axis = tornado({{"batch_size", {64, 128}}});
  CHECK(Trainings(no_axis).size() == 2);
  CHECK(Trainings(no_axis).at({1})->milestones == std::vector<std::int64_t>{10});  // the default
  const Space apart = tornado({{"epochs", {5, 10}}}, Json::array(), false);
  CHECK(Trainings(apart).size() == 2);
  CHECK(Trainings(apart).at({0})->milestones == std::vector<std::int64_t>{5});
  CHECK_FALSE(Trainings(apart).cost());
  const Experiment plain = parse_experiment(R"({"name": "plain", "summary": "s", "data": [],
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}],
    "hyperparameters": [{"name": "index", "type": "integer", "default": 0, "min": 0, "max": 9, "meaning": "m"}]})",
                                            "experiment.json");
  const std::vector<Experiment> known{plain};
  const Space without =
      parse_space(R"({"name": "n", "experiment": "plain", "parameters": {"index": [4, 5]}})", "n", "/", known);
  CHECK(Trainings(without).at({1})->milestones.empty());
  CHECK(Trainings(without).at({1})->trials() == 1);
  CHECK(Reader(Trainings(without).at({1})->trial(0, *without.experiment), *without.experiment).integer("index") == 5);
}

TEST_CASE("10^15 configurations share epochs without a list") {
  const Space space = tornado({{"replicate", {{"min", 0}, {"max", 99'999}, {"step", 1}}},
                               {"batch_size", {{"min", 1}, {"max", 100'000}, {"step", 1}}},
                               {"epochs", {{"min", 1}, {"max", 10'000}, {"step", 1}}},
                               {"data_multiplier", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}},
                              {{{"replicate", 0}}});
  const Trainings trainings(space);
  CHECK(space.grid.size() == 1'000'000'000'000'000);
  CHECK(trainings.size() == 100'000'000'000);
  CHECK(trainings.count() == 100'000'000'000 - 1'000'000);
  CHECK(trainings.next({0})->id.value == 1'000'000);
  CHECK(trainings.next({0})->trials() == 10'000);
}

TEST_CASE("exclusions that overlap in every epoch are not combined in all ways") {
  Json epochs = Json::array(), exclude = Json::array();
  for (int e = 1; e <= 30; ++e) {
    epochs.push_back(e);
    exclude.push_back({{"batch_size", {1}}, {"epochs", {e}}});
    exclude.push_back({{"batch_size", {1, 2}}, {"epochs", {e}}});
  }
  for (int round = 0; round < 2; ++round) {
    const Space s = tornado({{"epochs", epochs}, {"batch_size", {1, 2, 3, 4}}}, exclude);
    const Trainings trainings(s);
    CHECK(trainings.count() == 2);  // 3 and 4; 2^30 ways led there
    CHECK(trainings.next({0})->id.value == 2);
    CHECK(trainings.cost()->together == 60);
    std::reverse(exclude.begin(), exclude.end());
  }
}

TEST_CASE("an epoch that no exclusion takes leaves nothing to combine, however much the others overlap") {
  Json epochs = Json::array(), sizes = Json::array(), exclude = Json::array();
  for (int e = 1; e <= 40; ++e) epochs.push_back(e);
  for (int size = 1; size <= 30; ++size) sizes.push_back(size);
  for (int part = 1; part <= 20; ++part) {
    Json others = Json::array(), taken = Json::array();
    for (int size = 1; size <= 30; ++size)
      if (size != part) others.push_back(size);
    for (int e = 1; e <= 40; ++e)
      if (e * part % 41 < 10) taken.push_back(e);  // no part has 20 or 40
    exclude.push_back({{"batch_size", others}, {"epochs", taken}});
  }
  const Space s = tornado({{"epochs", epochs}, {"batch_size", sizes}}, exclude);
  const Trainings trainings(s);
  CHECK(trainings.count() == 30);
  REQUIRE(trainings.cost());
  CHECK(trainings.cost()->together == 30 * 40);
}
