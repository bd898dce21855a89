#include "experiments/emulator/emulator_evaluation.hpp"

#include <doctest/doctest.h>

#include "datasets/climate/climate_set.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"

using namespace stormsweep;
using doctest::Approx;

TEST_CASE("a network is judged the same on runs as a whole and in parts, which do not go on into the next run") {
  const EmulatorWorld world;
  const auto data = world.data();
  const ClimateSet train(data.at("train")), test(data.at("test"));
  const Experiment& experiment = find_experiment("emulator", "test");
  const EmulatorChoice choice =
      choose_emulator(Reader(EmulatorWorld::configuration(), experiment), train.layout(), train.path());
  const PatternScaling baselines(train, climate_windows(train.layout(), choice.network.window), choice.network.window,
                                 places_of(choice.targets, train.layout().targets, train.path()));
  const EmulatorEvaluation whole(test, choice, baselines, 1000);
  torch::manual_seed(3);
  const ClimateGrid& grid = test.layout().grid;
  const torch::Tensor maps =
      torch::randn({std::ssize(whole.months().asked), std::ssize(choice.targets), grid.height(), grid.width()});
  const Metrics expected = whole.judge(maps, "test", true);
  REQUIRE(expected.size() > 20);
  REQUIRE(test.layout().runs.size() > 1);
  for (const std::size_t at_once : {std::size_t{7}, std::size_t{12}, std::size_t{1}}) {
    CAPTURE(at_once);
    const Metrics parts = EmulatorEvaluation(test, choice, baselines, at_once).judge(maps, "test", true);
    REQUIRE(parts.size() == expected.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      CAPTURE(parts[i].first);
      CHECK(parts[i].first == expected[i].first);
      CHECK(parts[i].second == Approx(expected[i].second).epsilon(1e-9).scale(0));
    }
  }
}
