#include "experiments/nowcast/nowcast_evaluation.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/extrapolation.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "models/nowcast_cnn.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;

TEST_CASE("the scores of persistence are those of the last image, pixel by pixel") {
  const NowcastWorld world(40);
  const auto metrics = world.task()->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const std::int64_t side = test.side(), margin = (side - 48) / 2;
  for (std::int64_t lead = 0; lead < nowcast_targets; ++lead) {
    double squares = 0, pixels = 0;
    std::array<double, 2> hits{}, events{};
    constexpr std::array<int, 2> thresholds{50, 200};  // 0.5 and 2 mm/h, as stored: rain at a threshold counts
    for (std::int64_t i = 0; i < test.size(); ++i)
      for (std::int64_t row = margin; row < margin + 48; ++row)
        for (std::int64_t column = margin; column < margin + 48; ++column) {
          const auto at = static_cast<std::size_t>(row * side + column), frame = static_cast<std::size_t>(side * side);
          const int now = test.input(i)[6 * frame + at],
                    then = test.target(i)[static_cast<std::size_t>(lead) * frame + at];
          squares += 1e-4 * (now - then) * (now - then);
          for (std::size_t t = 0; t < thresholds.size(); ++t) {
            hits[t] += now >= thresholds[t] && then >= thresholds[t];
            events[t] += now >= thresholds[t] || then >= thresholds[t];
          }
          ++pixels;
        }
    const std::string at = "[" + std::to_string(10 * (lead + 1)) + "]";
    CHECK(metric(metrics, "test_persistence_mse" + at) == doctest::Approx(squares / pixels).epsilon(1e-4));
    REQUIRE(events[1] > 100);
    CHECK(metric(metrics, "test_persistence_csi_0_5" + at) == doctest::Approx(hits[0] / events[0]).epsilon(1e-9));
    CHECK(metric(metrics, "test_persistence_csi_2" + at) == doctest::Approx(hits[1] / events[1]).epsilon(1e-9));
  }
}

TEST_CASE(
    "the scores of extrapolation are those of the last image carried along, and rain that moves is forecast by it") {
  const NowcastWorld world(40);
  const auto task = world.task();
  const auto metrics = task->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const auto side = test.side(), pixels = side * side, margin = (side - 48) / 2;
  std::array<double, nowcast_targets> squares{};
  for (std::int64_t i = 0; i < test.size(); ++i) {
    std::vector<float> input;
    for (const std::uint16_t number : test.input(i)) input.push_back(static_cast<float>(number) * 0.01f);
    const std::span<const float> frames(input);
    const auto frame = [&](std::int64_t k) {
      return frames.subspan(static_cast<std::size_t>(k * pixels), static_cast<std::size_t>(pixels));
    };
    const auto forecast =
        extrapolate(frame(6), find_motion(frame(5), frame(6), side, side, RadarQuantity::rain_rate), 6);
    for (std::int64_t at = 0; at < nowcast_targets * pixels; ++at) {
      const std::int64_t row = at % pixels / side, column = at % side;
      if (row < margin || row >= margin + 48 || column < margin || column >= margin + 48) continue;
      const float there = forecast[static_cast<std::size_t>(at)];
      const double error = (std::isnan(there) ? 0 : there) - test.target(i)[static_cast<std::size_t>(at)] * 0.01;
      squares[static_cast<std::size_t>(at / pixels)] += error * error;
    }
  }
  double mean = 0;
  for (std::int64_t lead = 0; lead < nowcast_targets; ++lead) {
    const double error = squares[static_cast<std::size_t>(lead)] / static_cast<double>(test.size() * 48 * 48);
    const std::string at = "[" + std::to_string(10 * (lead + 1)) + "]";
    CHECK(metric(metrics, "test_extrapolation_mse" + at) == doctest::Approx(error).epsilon(1e-4));
    CHECK(metric(metrics, "test_extrapolation_skill" + at) ==
          doctest::Approx(1 - metric(metrics, "test_mse" + at) / error).epsilon(1e-4));
    CHECK(metric(metrics, "test_extrapolation_csi_0_5" + at) > metric(metrics, "test_persistence_csi_0_5" + at));
    mean += error / nowcast_targets;
  }
  CHECK(metric(metrics, "test_extrapolation_mse") == doctest::Approx(mean).epsilon(1e-4));
  CHECK(metric(metrics, "test_extrapolation_skill") ==
        doctest::Approx(1 - metric(metrics, "test_mse") / mean).epsilon(1e-4));
  CHECK(metric(task->evaluate(Split::test), "test_extrapolation_mse") == metric(metrics, "test_extrapolation_mse"));
}

TEST_CASE("patches are extrapolated and scored once a process, whatever networks are trained; each rank its own") {
  const NowcastWorld world;  // 3 patches for test
  const Experiment& experiment = find_experiment("nowcast", "test");
  std::int64_t told = 0;
  const auto evaluate = [&](std::int64_t filters, const std::shared_ptr<Gang>& gang = std::make_shared<Gang>()) {
    TaskContext context{.data = world.data(), .fingerprint = "world", .seed = 17, .cache = {}, .gang = gang};
    context.evaluating = [&](Split, std::int64_t, std::int64_t all) { told = all; };
    return make_nowcast_task(experiment, configuration_of(experiment, {{"base_filters", filters}}), context)
        ->evaluate(Split::test);
  };
  const auto bars = [](const Metrics& metrics) {
    std::vector<double> values;
    for (const auto& [name, value] : metrics)
      if (name.find("extrapolation_mse") != std::string::npos || name.find("blurred_csi") != std::string::npos)
        values.push_back(std::isnan(value) ? -1 : value);
    return values;
  };
  const Metrics first = evaluate(1);
  CHECK(told == 2 * 3);  // forecasts of the network, and extrapolations
  const Metrics second = evaluate(2);
  CHECK(told == 3);
  REQUIRE(bars(first).size() == 1 + 6 + 6 * 4);
  CHECK(bars(second) == bars(first));
  CHECK(metric(second, "test_mse") != metric(first, "test_mse"));
  const Metrics half = evaluate(1, std::make_shared<Shard>(1, 2));
  CHECK(told == 2 * 2);
  CHECK(bars(half) != bars(first));
}

TEST_CASE("before training, a network of residuals scores as extrapolation does") {
  const NowcastWorld world(30);
  for (const char* network : {"samsi", "unet"}) {
    CAPTURE(network);
    const auto task = world.task({{"network", std::string(network)}, {"extrapolation", std::string("residual")}});
    const auto metrics = task->evaluate(Split::test);
    const double bar = metric(metrics, "test_extrapolation_mse");
    REQUIRE(bar > 0.01);
    CHECK(metric(metrics, "test_mse") == doctest::Approx(bar).epsilon(1e-3));  // inputs are hundredths of mm/h
    CHECK(std::abs(metric(metrics, "test_extrapolation_skill")) < 1e-3);
    for (const char* at : {"10", "60"}) {
      const std::string lead = std::string("[") + at + "]";
      CHECK(metric(metrics, "test_csi_0_5" + lead) ==
            doctest::Approx(metric(metrics, "test_extrapolation_csi_0_5" + lead)).epsilon(0.02));
      CHECK(metric(metrics, "test_fss_16km_0_5" + lead) ==
            doctest::Approx(metric(metrics, "test_extrapolation_fss_16km_0_5" + lead)).epsilon(0.02));
    }
    CHECK(metric(metrics, "test_seen[from_2]") ==
          doctest::Approx(metric(metrics, "test_extrapolation_seen[from_2]")).epsilon(0.02));
  }
}

TEST_CASE("before training, a network that blends scores nearly as blurred extrapolation does") {
  const NowcastWorld world(30);
  const auto task = world.task({{"network", std::string("unet")}, {"extrapolation", std::string("blend")}});
  const auto metrics = task->evaluate(Split::test);
  CHECK(std::abs(metric(metrics, "test_blurred_skill")) < 0.05);
  CHECK(metric(metrics, "test_extrapolation_skill") > 0.05);
}

TEST_CASE("the scores of blurred extrapolation are those of the training split's blurs, pixel by pixel") {
  const NowcastWorld world(40);
  const auto metrics = world.task()->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const std::int64_t side = test.side(), margin = (side - 48) / 2;
  double squares = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const std::vector<float> frames = extrapolate_patch(test.input(i), test.meta());
    const std::vector<float> forecast = blurred_centre(frames, side, test.meta().blurs);
    for (std::int64_t k = 0; k < std::ssize(forecast); ++k) {
      const std::int64_t lead = k / (48 * 48), row = margin + k / 48 % 48, column = margin + k % 48;
      const double seen = 0.01 * test.target(i)[static_cast<std::size_t>((lead * side + row) * side + column)];
      squares += std::pow(forecast[static_cast<std::size_t>(k)] - seen, 2);
    }
  }
  const double mean = squares / static_cast<double>(test.size() * 6 * 48 * 48);
  CHECK(metric(metrics, "test_blurred_mse") == doctest::Approx(mean).epsilon(1e-4));
  CHECK(metric(metrics, "test_blurred_skill") == doctest::Approx(1 - metric(metrics, "test_mse") / mean).epsilon(1e-4));
}

namespace {

/// Forecast and truth of the blurred extrapolation, pixel by pixel, of each lead time.
using Pixels = std::array<std::vector<std::pair<double, double>>, 6>;

Pixels blurred_pixels(const std::filesystem::path& file) {
  const NowcastPatches patches(file);
  const std::int64_t side = patches.side(), margin = (side - 48) / 2;
  Pixels pixels;
  for (std::int64_t i = 0; i < patches.size(); ++i) {
    const auto frames = extrapolate_patch(patches.input(i), patches.meta());
    const auto forecast = blurred_centre(frames, side, patches.meta().blurs);
    for (std::int64_t k = 0; k < std::ssize(forecast); ++k) {
      const std::int64_t lead = k / (48 * 48), row = margin + k / 48 % 48, column = margin + k % 48;
      const double seen = 0.01 * patches.target(i)[static_cast<std::size_t>((lead * side + row) * side + column)];
      pixels[static_cast<std::size_t>(lead)].push_back({forecast[static_cast<std::size_t>(k)], seen});
    }
  }
  return pixels;
}

double csi(const Pixels& pixels, std::size_t first, std::size_t last, double threshold, double level) {
  double hits = 0, all = 0;
  for (std::size_t l = first; l <= last; ++l)
    for (const auto& [said, seen] : pixels[l]) {
      hits += said >= level && seen >= threshold - 1e-6;
      all += said >= level || seen >= threshold - 1e-6;
    }
  return hits / all;
}

}  // namespace

TEST_CASE("thresholds are decided at levels that the validation split has chosen, for the baselines too") {
  const NowcastWorld world(40);
  const auto task = world.task({{"validation_share", 1.0}});
  task->evaluate(Split::validation);
  const Metrics metrics = task->evaluate(Split::test);
  const Pixels validation = blurred_pixels(world.folder() / "validation.h5"),
               test = blurred_pixels(world.folder() / "test.h5");
  for (std::size_t l = 0; l < 6; ++l) {
    double best = 1;  // as a share of the threshold
    const auto score = [&](double share) {
      return csi(validation, l == 0 ? 0 : l - 1, std::min<std::size_t>(l + 1, 5), 0.5, 0.5 * share);
    };
    for (int k = -40; k <= 10; ++k)
      if (score(std::exp(0.05 * k)) > score(best) + 1e-4) best = std::exp(0.05 * k);
    const std::string at = "[" + std::to_string(10 * (l + 1)) + "]";
    CAPTURE(l);
    CHECK(metric(metrics, "test_blurred_decided_csi_0_5" + at) ==
          doctest::Approx(csi(test, l, l, 0.5, 0.5 * best)).epsilon(0.02));
    CHECK(metric(metrics, "test_blurred_csi_0_5" + at) == doctest::Approx(csi(test, l, l, 0.5, 0.5)).epsilon(1e-3));
  }
}

TEST_CASE("batches that are made ahead of the network have the scores of those that are made when it asks") {
  const NowcastWorld world(55);  // 11 for validation: in batches of 8 and 3
  const Experiment& experiment = find_experiment("nowcast", "test");
  const auto scores = [&](int background) {
    const TaskContext context{.data = world.data(), .seed = 17, .cache = {}, .background = background};
    const Configuration configuration =
        configuration_of(experiment, {{"base_filters", std::int64_t{1}}, {"validation_share", 1.0}});
    return make_nowcast_task(experiment, configuration, context)->evaluate(Split::validation);
  };
  const Metrics asked = scores(0);
  CHECK(metric(asked, "validation_mse") > 0);
  CHECK(scores(3) == asked);
}

TEST_CASE("without a validation file thresholds are decided at themselves") {
  const NowcastWorld world(40);
  const auto task = world.task({}, std::make_shared<Gang>(), /*with_validation=*/false);
  task->evaluate(Split::validation);
  const Metrics metrics = task->evaluate(Split::test);
  CHECK(metric(metrics, "test_level_0_5[30]") == 0.5);
  CHECK(metric(metrics, "test_level_5[60]") == 5);
  for (const char* const who : {"", "extrapolation_", "blurred_"}) {
    const std::string name = who;
    CHECK(metric(metrics, "test_" + name + "decided_csi_0_5[20]") == metric(metrics, "test_" + name + "csi_0_5[20]"));
  }
}

TEST_CASE("the scores of the network are those of its output at full resolution, in physical units") {
  const NowcastWorld world;
  const auto task = world.task({{"base_filters", std::int64_t{2}}});
  const auto metrics = task->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const auto [mean, deviation] = test.meta().statistics;
  const torch::NoGradGuard no_gradient;
  double squares = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const auto images = [&](std::span<const std::uint16_t> stored, std::int64_t n) {
      torch::Tensor t = torch::empty({1, n, test.side(), test.side()});
      std::copy(stored.begin(), stored.end(), t.data_ptr<float>());
      return t * 0.01;
    };
    const torch::Tensor input = (images(test.input(i), 7) - mean) / deviation;
    const torch::Tensor output = dynamic_cast<NowcastCnn&>(task->network()).forward(input)[3];
    const torch::Tensor forecast = (output.slice(2, 3, 51).slice(3, 3, 51) * deviation + mean).clamp_min(0);
    squares +=
        (forecast - images(test.target(i), 6).slice(2, 104, 152).slice(3, 104, 152)).square().mean().item<double>();
  }
  const double expected = squares / static_cast<double>(test.size());
  CHECK(metric(metrics, "test_mse") == doctest::Approx(expected).epsilon(1e-4));
  double persistence = 0;
  for (int lead = 10; lead <= 60; lead += 10)
    persistence += metric(metrics, "test_persistence_mse[" + std::to_string(lead) + "]") / 6;
  CHECK(metric(metrics, "test_skill") == doctest::Approx(1 - expected / persistence).epsilon(1e-4));
}
