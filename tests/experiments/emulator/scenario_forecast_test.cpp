#include "experiments/emulator/scenario_forecast.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "experiments/emulator/pattern_scaling.hpp"
#include "search/base/error.hpp"
#include "tests/experiments/emulator/untrained_emulator.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

const auto nobody = [](std::int64_t, std::int64_t) {};

/// A forecast of six years of ssp245, which two members of the test set ran through.
struct Forecasting {
  UntrainedEmulator emulator;
  ClimateSet set{emulator.world.folder() / "test.h5"};
  EmulatorModel model{emulator.model()};
  ScenarioForecast forecast{model, set, 0, nobody};
};

/// The Earth's mean of a map, in double.
double earth(const torch::Tensor& map, const ClimateSet& set) {
  double sum = 0, weights = 0;
  for (std::int64_t row = 0; row < map.size(0); ++row) {
    const double weight = std::cos(set.layout().grid.latitudes[static_cast<std::size_t>(row)] * std::numbers::pi / 180);
    sum += weight * map[row].to(torch::kFloat64).mean().item<double>();
    weights += weight;
  }
  return sum / weights;
}

}  // namespace

TEST_CASE("the truth of a forecast is each run of its scenario, month by month") {
  const Forecasting f;
  CHECK(f.forecast.scenario() == "ssp245");
  REQUIRE(f.forecast.targets() == 2);
  CHECK(f.forecast.maps(1).name == "pr");
  CHECK(f.forecast.maps(1).begin == month_of(2016, 1));  // a window is the 12 months before
  for (const std::size_t t : {0, 1}) {
    const auto truth = f.forecast.truth(t);
    REQUIRE(truth.size() == 2);
    for (std::size_t r = 0; r < 2; ++r) {
      CHECK(truth[r].member == f.set.layout().runs[r].member);
      REQUIRE(truth[r].maps.sizes() == torch::IntArrayRef{60, 6, 8});
      for (std::int64_t month = 0; month < 60; ++month) {
        CHECK(truth[r].places[static_cast<std::size_t>(month)] == month);
        const auto run = f.set.target(t, f.set.layout().runs[r].frame + 12 + month);
        const auto map = truth[r].maps[month].contiguous();
        CHECK(std::equal(run.begin(), run.end(), map.data_ptr<float>()));
      }
    }
  }
}

TEST_CASE("a forecast is judged against each run, and its error is the mean over the runs") {
  const Forecasting f;
  for (const std::size_t t : {0, 1}) {
    const auto truth = f.forecast.truth(t);
    const torch::Tensor maps = f.forecast.maps(t).maps.slice(0, 0, 60);
    const ScenarioForecast::Judgement judgement = f.forecast.judge(t);
    REQUIRE(judgement.scores.size() == 2);
    for (std::size_t r = 0; r < 2; ++r) {
      CHECK(judgement.scores[r].member == truth[r].member);
      const torch::Tensor error = maps - truth[r].maps;
      CHECK(judgement.scores[r].monthly_rmse == Approx(std::sqrt(earth(error.square().mean(0), f.set))).epsilon(1e-5));
      CHECK(judgement.scores[r].time_mean_rmse ==
            Approx(std::sqrt(earth(error.mean(0).square(), f.set))).epsilon(1e-4));
      const torch::Tensor deviations = maps.std(0, false) - truth[r].maps.std(0, false);
      CHECK(judgement.scores[r].time_stddev_mae == Approx(earth(deviations.abs(), f.set)).epsilon(1e-4));
    }
    REQUIRE(judgement.error);
    CHECK(judgement.error->begin == month_of(2016, 1));
    const torch::Tensor& error = judgement.error->maps;
    CHECK(torch::allclose(error.slice(0, 0, 60), maps - (truth[0].maps + truth[1].maps) / 2, 1e-4, 1e-4));
    CHECK(error[60].isnan().all().item<bool>());  // January 2021 is after the runs
  }
}

TEST_CASE("a forecast's curves are means of whole years, over the Earth") {
  const Forecasting f;
  const ClimateCurve curve = f.forecast.curve(0);
  CHECK(curve.unit == "K");
  CHECK(curve.first_year == 2016);
  REQUIRE(curve.lines.size() == 5);
  const auto is_mean_of = [&](const ClimateCurve::Line& line, const torch::Tensor& maps) {
    REQUIRE(line.values.size() == 6);
    for (std::int64_t year = 0; year < 5; ++year)
      CHECK(line.values[static_cast<std::size_t>(year)] ==
            Approx(earth(maps.slice(0, 12 * year, 12 * year + 12).mean(0), f.set)).epsilon(1e-5));
    CHECK(std::isnan(line.values[5]));  // of 2021 there is January alone
  };
  const auto truth = f.forecast.truth(0);
  CHECK(curve.lines[2].name == "truth, " + truth[0].member);
  is_mean_of(curve.lines[2], truth[0].maps);
  is_mean_of(curve.lines[3], truth[1].maps);
  CHECK(curve.lines[4].name == "network");
  is_mean_of(curve.lines[4], f.forecast.maps(0).maps);

  const PatternScaling::Line& known = f.model.notes().lines[0];
  const auto windows = forecast_windows(f.set.layout(), 0, 12);
  double climatology = 0, pattern = 0;
  for (std::size_t m = 0; m < 12; ++m) {
    climatology += known.climatology[m] / 12;
    pattern += (known.offset[m] + known.slope[m] * window_forcing(f.set, windows[m], 12)) / 12;  // of 2016
  }
  CHECK(curve.lines[0].name == "climatology");
  CHECK(curve.lines[0].values[3] == Approx(climatology));
  CHECK(curve.lines[1].name == "pattern scaling");
  CHECK(curve.lines[1].values[0] == Approx(pattern));
}

TEST_CASE("a scenario shorter than a window is refused") {
  const Forecasting f;
  const UntrainedEmulator long_sighted({{"window", std::int64_t{120}}});
  EmulatorModel model(long_sighted.model());
  CHECK_THROWS_WITH_AS(ScenarioForecast(model, f.set, 0, nobody),
                       doctest::Contains("test.h5: has 72 months of ssp245, and the model needs 120; prepare more"),
                       InputError);
}
