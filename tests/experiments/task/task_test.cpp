#include "experiments/task/task.hpp"

#include <doctest/doctest.h>

#include "experiments/registry.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/segmentation/segmentation_world.hpp"
#include "tests/experiments/torchscript/script_world.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"

using namespace stormsweep;

namespace {

using Told = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// How many samples are done, and of how many, as an evaluation of `split` reports them.
Told told(const Experiment& experiment, const Configuration& configuration, TaskContext context, Split split) {
  Told told;
  context.evaluating = [&](Split which, std::int64_t done, std::int64_t all) {
    CHECK((which == split));
    told.emplace_back(done, all);
  };
  const auto task = make_task(experiment, configuration, context);
  task->network().eval();
  task->evaluate(split);
  return told;
}

TaskContext context_of(const std::map<std::string, std::filesystem::path>& data, const TemporaryFolder& folder) {
  return {.data = data, .fingerprint = "world", .seed = 17, .cache = folder / "cache"};
}

}  // namespace

TEST_CASE("an evaluation reports how many samples of its split are done, of how many") {
  const TornadoWorld storms;  // 600, a fifth of them for test
  CHECK(told(storms.experiment(), storms.configuration(), storms.context(), Split::test) == Told{{0, 120}});

  const SegmentationWorld weather(20);  // 4 to validate
  const Experiment& segmentation = find_experiment("segmentation", "test");
  CHECK(told(segmentation, configuration_of(segmentation, {{"width", 0.05}}),
             context_of(weather.data(), weather.folder()), Split::validation) == Told{{0, 4}, {1, 4}, {2, 4}, {3, 4}});

  const EmulatorWorld climate;  // the last third of six years validates: 24 months, forecast once for both members
  const Told months = told(find_experiment("emulator", "test"), EmulatorWorld::configuration(),
                           context_of(climate.data(), climate.folder()), Split::validation);
  CHECK(months == Told{{0, 24}});

  const ScriptWorld script;
  const Experiment own = script.experiment();
  CHECK(told(own, configuration_of(own, {{"batch_size", std::int64_t{8}}}), script.context(), Split::test) ==
        Told{{0, 20}, {8, 20}, {16, 20}});
}

TEST_CASE("a nowcast's first evaluation on test scores extrapolation too, and reports the progress of both as one") {
  const NowcastWorld rain(60);  // 12 of them for test
  const Experiment& nowcast = find_experiment("nowcast", "test");
  Told expected{{0, 24}, {8, 24}};
  for (std::int64_t done = 12; done < 24; ++done) expected.emplace_back(done, 24);
  CHECK(told(nowcast, configuration_of(nowcast, {{"base_filters", std::int64_t{1}}}),
             context_of(rain.data(), rain.folder()), Split::test) == expected);
}
