#include "master/schedule/training_cost.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Space cost_space(const std::string& cost) {
  return parse_space(R"({"name": "c", "experiment": "noop", "parameters": {"epochs": [1, 3, 9]})" + cost + "}",
                     "c.json", "/");
}

Training training_of(const Space& space, std::int64_t epochs) {
  Training training{{0}, space.configuration(0), {epochs}};
  training.configuration.values[*space.experiment->milestone] = epochs;
  return training;
}

}  // namespace

TEST_CASE("stated costs hold until enough trials are timed; without either an epoch takes a second") {
  const Space stated = cost_space(R"(, "cost": {"epoch_seconds": 5})"), silent = cost_space("");
  TrainingCost cost(*stated.experiment, stated.cost), unknown(*silent.experiment, silent.cost);
  CHECK(cost.known());
  CHECK(cost.seconds(training_of(stated, 9)) == 45);
  CHECK(cost.seconds(training_of(stated, 9), 3) == 30);
  CHECK_FALSE(unknown.known());
  CHECK(unknown.seconds(training_of(silent, 9), 3) == 6);

  // Timed: 2 s an epoch.
  for (int i = 0; i < 8; ++i)
    for (const std::int64_t epochs : {1, 3, 9})
      cost.learn(training_of(stated, epochs).configuration, 2. * static_cast<double>(epochs));
  CHECK(cost.timed());
  CHECK(cost.seconds(training_of(stated, 9)) == doctest::Approx(18).epsilon(0.01));
  CHECK(cost.seconds(training_of(stated, 9), 3) == doctest::Approx(12).epsilon(0.01));
}
