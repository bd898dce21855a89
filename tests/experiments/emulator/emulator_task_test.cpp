#include "experiments/emulator/emulator_task.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/emulator_months.hpp"
#include "experiments/emulator/pattern_scaling.hpp"
#include "search/base/error.hpp"
#include "tests/experiments/emulator/emulator_world.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

struct Epoch {
  std::vector<torch::Tensor> targets;  ///< one per sample
  std::vector<std::int64_t> sizes, totals;
};

Epoch epoch(Task& task, std::int64_t number, std::int64_t first = 0) {
  Epoch result;
  Prefetch batches = task.training_batches(number, first);
  while (const auto batch = batches.next()) {
    for (const torch::Tensor& sample : batch->target.unbind()) result.targets.push_back(sample.clone());
    result.sizes.push_back(batch->input.size(0));
    result.totals.push_back(batch->total);
  }
  return result;
}

/// A number for each sample: equal for equal sets of samples, however shuffled.
std::multiset<double> prints(const std::vector<torch::Tensor>& samples) {
  std::multiset<double> result;
  for (const torch::Tensor& sample : samples) result.insert(sample.to(torch::kFloat64).square().sum().item<double>());
  return result;
}

bool has(const Metrics& metrics, const std::string& name) {
  return std::any_of(metrics.begin(), metrics.end(), [&](const auto& m) { return m.first == name; });
}

/// Errors of `forecast(window)` [height, width] in a split's target, the plain way: loops and doubles.
struct Plain {
  double squares = 0, weights = 0;
  template <class Forecast>
  Plain(const ClimateSet& set, std::size_t target, Forecast forecast) {
    const ClimateGrid& grid = set.layout().grid;
    for (const ClimateWindow& window : climate_windows(set.layout(), 12)) {
      const torch::Tensor map = forecast(window);
      for (std::int64_t y = 0; y < grid.height(); ++y)
        for (std::int64_t x = 0; x < grid.width(); ++x) {
          const double weight = std::cos(grid.latitudes[static_cast<std::size_t>(y)] * std::numbers::pi / 180);
          const double truth = set.target(target, window.frame)[static_cast<std::size_t>(y * grid.width() + x)];
          squares += weight * std::pow(map[y][x].item<double>() - truth, 2), weights += weight;
        }
    }
  }
  double rmse() const { return std::sqrt(squares / weights); }
};

}  // namespace

TEST_CASE("ranks of a gang divide the windows, a batch each, and know how large the batch of all is") {
  const EmulatorWorld world;
  const std::map<std::string, Value> settings{{"batch_size", std::int64_t{50}}};
  const Epoch alone = epoch(*world.task(settings), 1);
  CHECK(alone.sizes == std::vector<std::int64_t>{50, 50, 50, 50, 50, 50, 12});
  CHECK(alone.totals == alone.sizes);
  std::vector<torch::Tensor> together;
  for (const int shard : {0, 1, 2}) {
    const auto task = world.task(settings, std::make_shared<Shard>(shard, 3));
    CHECK(task->batches_per_epoch() == 3);
    const Epoch own = epoch(*task, 1);
    CHECK(own.sizes == std::vector<std::int64_t>{50, 50, 4});
    CHECK(own.totals == std::vector<std::int64_t>{150, 150, 12});
    together.insert(together.end(), own.targets.begin(), own.targets.end());
  }
  CHECK(prints(together) == prints(alone.targets));
}

TEST_CASE("an epoch that is entered in its middle goes on with the same batches; the next is shuffled anew") {
  const EmulatorWorld world;
  const auto task = world.task({{"batch_size", std::int64_t{100}}});
  const Epoch whole = epoch(*task, 2), rest = epoch(*task, 2, 1), next = epoch(*task, 3);
  REQUIRE(rest.targets.size() == 212);
  for (std::size_t i = 0; i < rest.targets.size(); ++i) CHECK(rest.targets[i].equal(whole.targets[i + 100]));
  CHECK(prints(next.targets) == prints(whole.targets));
  CHECK_FALSE(next.targets[0].equal(whole.targets[0]));
}

TEST_CASE("scores are those of the network's maps and of the baselines', in K and mm/day, cell by cell") {
  const EmulatorWorld world;
  const auto task = world.task();
  task->network().eval();
  const Metrics metrics = task->evaluate(Split::test);
  const ClimateSet test(world.folder() / "test.h5"), train(world.folder() / "train.h5");
  auto& network = dynamic_cast<EmulatorNetwork&>(task->network());
  const PatternScaling baselines(train, climate_windows(train.layout(), 12), 12, {0, 1});
  const torch::NoGradGuard no_gradient;
  for (const std::size_t t : {0u, 1u}) {
    const auto place = static_cast<std::int64_t>(t);
    const ClimateField& field = test.layout().targets[t];
    const std::string name = "test_" + field.name + "_";
    const auto positive = [&](const torch::Tensor& map) { return field.name == "pr" ? map.clamp_min(0) : map; };
    const Plain own(test, t, [&](const ClimateWindow& window) {
      const auto map = network.forward(gather(test, {&window, 1}, 12, SeasonalEncoding::added).input)[0][place];
      return positive(map.to(torch::kFloat64) * field.statistics.deviation + field.statistics.mean);
    });
    const Plain pattern(test, t, [&](const ClimateWindow& window) {
      return positive(baselines.pattern(month_of_year(window.month), window_forcing(test, window, 12))[place]);
    });
    const Plain climatology(test, t, [&](const ClimateWindow& window) {
      return positive(baselines.climatology(month_of_year(window.month))[place]);
    });
    CHECK(metric(metrics, name + "monthly_rmse") == Approx(own.rmse()).epsilon(1e-5));
    CHECK(metric(metrics, name + "pattern_monthly_rmse") == Approx(pattern.rmse()).epsilon(1e-6));
    CHECK(metric(metrics, name + "climatology_monthly_rmse") == Approx(climatology.rmse()).epsilon(1e-6));
    CHECK(metric(metrics, name + "pattern_skill") == Approx(1 - own.squares / pattern.squares).epsilon(1e-5));
    double months = 0;
    for (int month = 1; month <= 12; ++month)
      months += std::pow(metric(metrics, name + "month_rmse[" + std::to_string(month) + "]"), 2) / 12;
    CHECK(std::sqrt(months) == Approx(own.rmse()).epsilon(1e-5));
    CHECK(metric(metrics, name + "pattern_band_rmse[-15]") > 0);
  }
}

TEST_CASE("members of a scenario are forecast once, and what ranks make adds up to what one makes") {
  const EmulatorWorld world;
  const ClimateSet test(world.folder() / "test.h5");
  const EmulatorMonths months(test.layout(), 12);
  CHECK(months.windows.size() == 2 * months.asked.size());
  for (std::size_t i = 0; i < months.windows.size(); ++i)
    CHECK(months.asked[static_cast<std::size_t>(months.place[i])].month == months.windows[i].month);
  const auto task = world.task();
  task->network().eval();
  auto& network = dynamic_cast<EmulatorNetwork&>(task->network());
  const auto made = [&](Gang& gang) {
    return emulate(network, nullptr, test, months.asked, SeasonalEncoding::added, torch::kCPU, gang);
  };
  Gang alone;
  Shard first(0, 2), second(1, 2);
  const auto maps = made(alone);
  CHECK(torch::equal(made(first) + made(second), maps));
  CHECK_FALSE(torch::equal(made(first), maps));
}

TEST_CASE("only the targets that are asked for are built, scored and trained on") {
  const EmulatorWorld world;
  for (const auto& [own, other] : {std::pair<std::string, std::string>{"tas", "pr"}, {"pr", "tas"}}) {
    const auto task = world.task({{"targets", own}});
    CHECK(dynamic_cast<EmulatorNetwork&>(task->network()).options().targets == 1);
    task->network().eval();
    const Metrics metrics = task->evaluate(Split::validation);
    CHECK(has(metrics, "validation_" + own + "_monthly_rmse"));
    CHECK_FALSE(has(metrics, "validation_" + other + "_monthly_rmse"));
    task->network().train();
    const auto batch = *task->training_batches(1, 0).next();
    torch::manual_seed(1);
    const double loss = task->loss(batch).mean.item<double>();
    auto alone = batch;
    alone.target.select(1, own == "tas" ? 1 : 0).fill_(77);
    torch::manual_seed(1);
    CHECK(task->loss(alone).mean.item<double>() == loss);
  }
}

TEST_CASE("the season is a channel or is not, and without a validation file the test months validate") {
  const EmulatorWorld world;
  CHECK(world.task()->training_batches(1, 0).next()->input.size(2) == 6);
  CHECK(world.task({{"seasonal_encoding", false}})->training_batches(1, 0).next()->input.size(2) == 5);
  const auto task = world.task({}, std::make_shared<Gang>(), false);
  task->network().eval();
  CHECK(metric(task->evaluate(Split::validation), "validation_loss") ==
        metric(task->evaluate(Split::test), "test_loss"));
}

TEST_CASE("a batch is trained on whole: Dice, Hessian and batch norm look at all of its samples") {
  const EmulatorWorld world;
  CHECK(world.task({{"batch_size", std::int64_t{48}}})->micro_batch() == 48);
}

TEST_CASE(
    "running statistics of batch norm are the leader's after every epoch, whatever other ranks have of their own") {
  const EmulatorWorld world;
  for (const int shard : {0, 1}) {
    const auto task = world.task({}, std::make_shared<Shard>(shard, 2));
    task->network().eval();
    std::vector<torch::Tensor> statistics;
    for (const torch::Tensor& buffer : task->network().buffers())
      if (buffer.is_floating_point()) statistics.push_back(buffer);
    REQUIRE_FALSE(statistics.empty());
    for (const double own : {0.75, 0.5}) {
      task->training_batches(1, 0);
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& buffer : statistics) buffer.fill_(own);
      task->evaluate(Split::validation);
      for (const torch::Tensor& buffer : statistics)  // a Shard's sums have only its own part
        CHECK(buffer.eq(shard == 0 ? own : 0).all().item<bool>());
    }
  }
}
