#include "experiments/emulator/pattern_start.hpp"

#include <doctest/doctest.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include "datasets/climate/climate_batches.hpp"
#include "experiments/emulator/emulator_forecast.hpp"
#include "experiments/emulator/emulator_months.hpp"
#include "experiments/task/model_file.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

const std::map<std::string, Value> residual{{"pattern", std::string("residual")}};

}  // namespace

TEST_CASE("a residual begins at pattern scaling's maps, standardised, in each cell") {
  const EmulatorWorld world;
  const ClimateSet train(world.folder() / "train.h5"), test(world.folder() / "test.h5");
  const auto windows = climate_windows(train.layout(), 12), asked = climate_windows(test.layout(), 12);
  const PatternScaling lines(train, windows, 12, {0, 1});
  const auto& fields = train.layout().targets;
  const PatternStart start(lines, fields);
  const auto maps = start.maps(test, asked, 12);
  REQUIRE(maps.sizes() == torch::IntArrayRef{std::ssize(asked), 2, 6, 8});
  for (std::size_t i = 0; i < asked.size(); i += 7)
    for (std::int64_t t = 0; t < 2; ++t) {
      const auto& how = fields[static_cast<std::size_t>(t)].statistics;
      const auto expected =
          (lines.pattern(month_of_year(asked[i].month), window_forcing(test, asked[i], 12))[t] - how.mean) /
          how.deviation;
      CHECK(torch::allclose(maps[static_cast<std::int64_t>(i)][t].to(torch::kFloat64), expected, 1e-5, 1e-5));
    }
}

TEST_CASE("an untrained residual is pattern scaling, and learns what is missing") {
  const EmulatorWorld world;
  const auto task = world.task({{"pattern", std::string("residual")}, {"dropout", 0.0}});
  task->network().eval();
  const Metrics before = task->evaluate(Split::test);
  for (const std::string target : {"test_tas_", "test_pr_"}) {
    CHECK(metric(before, target + "monthly_rmse") ==
          Approx(metric(before, target + "pattern_monthly_rmse")).epsilon(1e-5));
    CHECK(metric(before, target + "pattern_skill") == Approx(0).epsilon(1e-4));
  }
  task->network().train();
  torch::optim::Adam optimizer(task->network().parameters(), 1e-3);
  const auto batch = *task->training_batches(1, 0).next();
  const double first = task->loss(batch).mean.item<double>();
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    task->loss(batch).mean.backward();
    optimizer.step();
  }
  CHECK(task->loss(batch).mean.item<double>() < 0.95 * first);
}

TEST_CASE("a kept residual carries the lines of its training, and forecasts from them on any forcings") {
  const EmulatorWorld world;
  const auto task = world.task(residual);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : task->network().parameters()) parameter.add_(0.01);
  task->network().eval();
  const std::filesystem::path file = world.folder() / "model.pt";
  save_model(file, find_experiment("emulator", "test"), EmulatorWorld::configuration(residual), task->model_notes(),
             task->network());
  EmulatorModel model(file);
  const ClimateSet train(world.folder() / "train.h5"), test(world.folder() / "test.h5");
  const auto windows = climate_windows(test.layout(), 12);
  const auto maps = model.forecast(test, windows, [](std::int64_t, std::int64_t) {});
  const PatternScaling lines(train, climate_windows(train.layout(), 12), 12, {0, 1});
  Gang alone;
  const auto added = emulate(dynamic_cast<EmulatorNetwork&>(task->network()), nullptr, test, windows,
                             SeasonalEncoding::added, torch::kCPU, alone);
  CHECK(added.abs().max().item<double>() > 0.01);
  const PatternStart start(lines, train.layout().targets);
  const auto begun = [&](Gang& gang) {
    return emulate(dynamic_cast<EmulatorNetwork&>(task->network()), &start, test, windows, SeasonalEncoding::added,
                   torch::kCPU, gang);
  };
  Shard first(0, 2), second(1, 2);
  CHECK(torch::equal(begun(first) + begun(second), begun(alone)));
  for (std::size_t i = 0; i < windows.size(); i += 11) {
    const auto place = static_cast<std::int64_t>(i);
    const auto line = lines.pattern(month_of_year(windows[i].month), window_forcing(test, windows[i], 12));
    for (std::int64_t t = 0; t < 2; ++t) {
      const auto& how = train.layout().targets[static_cast<std::size_t>(t)].statistics;
      auto expected = line[t] + added[place][t].to(torch::kFloat64) * how.deviation;
      if (t == 1) expected.clamp_min_(0);
      CHECK(torch::allclose(maps[place][t].to(torch::kFloat64), expected, 1e-5, 1e-4));
    }
  }
}

TEST_CASE("lines need windows before each month of the year") {
  std::vector<ClimateWindow> windows;
  for (int month = 0; month < 11; ++month) windows.push_back({.month = month_of(2015, 1) + month});
  CHECK_FALSE(has_lines(windows));
  windows.push_back({.month = month_of(2019, 12)});
  CHECK(has_lines(windows));
}
