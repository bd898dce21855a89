#include "experiments/nowcast/nowcast_product.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "datasets/nowcast/extrapolation.hpp"
#include "experiments/nowcast/nowcast_forecast.hpp"
#include "models/nowcast_cnn.hpp"
#include "search/base/random.hpp"

using namespace stormsweep;

namespace {

constexpr float hole = std::numeric_limits<float>::quiet_NaN();
const auto silent = [](std::int64_t, std::int64_t) {};

std::vector<RadarFrame> past(std::int64_t height, std::int64_t width) {
  RandomStream random(8);
  std::vector<RadarFrame> frames(7);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].time = static_cast<std::int64_t>(i) * 600;
    frames[i].grid.height = height, frames[i].grid.width = width;
    for (std::int64_t p = 0; p < height * width; ++p) {
      frames[i].values.push_back(static_cast<float>(std::exp(2 * random.normal())));
    }
  }
  return frames;
}

NowcastMeta product_model() {
  NowcastMeta meta;
  meta.statistics = {.mean = 0.5f, .deviation = 2};
  return meta;
}

}  // namespace

TEST_CASE("nowcast product: six frames in time, never below 0, missing where the newest image is") {
  NowcastCnn network({.base_filters = 2}, 3);
  auto images = past(30, 24);
  images[2].values[100] = hole;
  images[6].values[50] = hole;
  const RadarForecast forecast = make_nowcast(network, product_model(), images, {}, {.tile = 32}, silent);
  REQUIRE(forecast.frames.size() == 6);
  CHECK(forecast.issued == 3600);
  CHECK(forecast.frames[0].time == 4200);
  CHECK(forecast.frames[5].time == 7200);
  torch::Tensor stack = torch::empty({7, 30, 24});
  for (std::int64_t i = 0; i < 7; ++i) {
    std::ranges::copy(images[static_cast<std::size_t>(i)].values, stack[i].data_ptr<float>());
  }
  const torch::Tensor raw = forecast_images(network, stack, product_model().statistics, 32, silent);
  REQUIRE(raw.min().item<double>() < 0);
  for (std::int64_t l = 0; l < 6; ++l) {
    const float* const expected = raw[l].data_ptr<float>();
    const std::vector<float>& values = forecast.frames[static_cast<std::size_t>(l)].values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i == 50) {
        CHECK(std::isnan(values[i]));
      } else {
        CHECK(values[i] == std::max(0.0f, expected[i]));
      }
    }
  }
}

TEST_CASE("nowcast product: matched to the newest image, it has that image's values, and missing ones stay missing") {
  NowcastCnn network({.base_filters = 2}, 3);
  auto images = past(30, 24);
  images[6].values[50] = hole;
  const RadarForecast forecast = make_nowcast(network, product_model(), images, {}, {.tile = 32, .window = 30}, silent);
  std::vector<float> expected = images[6].values;
  std::erase_if(expected, [](float value) { return std::isnan(value); });
  std::ranges::sort(expected);
  for (const RadarFrame& frame : forecast.frames) {
    CHECK(std::isnan(frame.values[50]));
    std::vector<float> values = frame.values;
    std::erase_if(values, [](float value) { return std::isnan(value); });
    std::ranges::sort(values);
    CHECK(values == expected);
  }
}

TEST_CASE("nowcast product: the report by hand: judged where quality is 1 and truth is there") {
  RadarFrame frame{.time = 600, .quantity = RadarQuantity::rain_rate, .grid = {}, .values = {0.05f, 1, 3, hole, 2}};
  RadarFrame newest = frame, seen = frame;
  newest.values = {0, 0, 4, hole, 8};
  seen.values = {1, 3, 3, 3, hole};
  const RadarForecast forecast{
      .issued = 0, .frames = {frame, frame}, .quality = {0.99f, 1, 1, 0, 1}, .quality_meaning = ""};
  RadarFrame carried = frame;
  carried.values = {7, 2, hole, 7, 7};
  RadarFrame blurred = frame;
  blurred.values = {1, 2, 4, 1, 1};
  const NowcastBars bars{.persistence = newest, .extrapolation = {carried, carried}, .blurred = {blurred, blurred}};
  const auto reports = judge(forecast, bars, {seen, std::nullopt});
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].minutes == 10);
  CHECK(reports[0].mean == doctest::Approx(6.05 / 4));
  CHECK(reports[0].wet == 0.75);
  CHECK(reports[0].judged == 2);
  CHECK(reports[0].truth == 3);
  CHECK(reports[0].squared_error == 2);        // (1 - 3)^2, (3 - 3)^2
  CHECK(reports[0].persistence_error == 5);    // (0 - 3)^2, (4 - 3)^2
  CHECK(reports[0].extrapolation_error == 5);  // (2 - 3)^2, and dry: (0 - 3)^2
  CHECK(reports[0].blurred_error == 1);        // (2 - 3)^2, (4 - 3)^2
  CHECK(reports[1].judged == 0);
  CHECK(reports[1].mean == reports[0].mean);
  CHECK(std::isnan(reports[1].squared_error));
  CHECK(std::isnan(reports[1].extrapolation_error));
  CHECK(std::isnan(reports[1].blurred_error));
  const auto at = judge_at({3, 2.5}, forecast, bars, {seen, std::nullopt});
  REQUIRE(at.size() == 2);
  CHECK(at[0].threshold == 3);
  CHECK(at[1].threshold == 2.5);
  CHECK(at[0].minutes == 10);
  const auto counts = [](const Told& told) { return std::vector{told.hits, told.misses, told.false_alarms}; };
  using Counts = std::vector<std::int64_t>;
  CHECK(counts(at[0].forecast) == Counts{1, 1, 0});  // of (1, 3) and (3, 3): 3 is reached by 3
  CHECK(at[0].forecast.csi() == 0.5);
  CHECK(counts(at[0].persistence) == Counts{1, 1, 0});    // (0, 3), (4, 3)
  CHECK(counts(at[0].extrapolation) == Counts{0, 2, 0});  // (2, 3), (missing, 3)
  CHECK(counts(at[0].blurred) == Counts{1, 1, 0});        // (2, 3), (4, 3)
  const auto heavy = judge_at({3.5, 9}, forecast, bars, {seen, std::nullopt});
  CHECK(counts(heavy[0].persistence) == Counts{0, 0, 1});  // (4, 3)
  CHECK(std::isnan(heavy[1].persistence.csi()));
  RadarForecast unsure = forecast;
  unsure.quality.assign(5, 0.99f);
  CHECK(judge_at({3}, unsure, bars, {seen, std::nullopt}).empty());
  CHECK(wholly_measured(forecast) == std::vector<std::uint8_t>{0, 1, 1, 0, 1});
}

TEST_CASE(
    "nowcast product: images are carried to the forecast's times, and the bars are what a forecast could do without") {
  const auto images = past(30, 24);
  NowcastMeta meta = product_model();
  meta.blurs[2] = {.sigma = 0, .factor = 0.25f};
  const CarriedImages carried = carry_images(images, meta);
  REQUIRE(carried.newest.size() == 6);
  REQUIRE(carried.before.size() == 6);
  const Motion motion = find_motion(images[5].values, images[6].values, 30, 24, RadarQuantity::rain_rate);
  const std::vector<float> newest = extrapolate(images[6].values, motion, 6),
                           before = extrapolate(images[5].values, motion, 7);
  const NowcastBars bars = bars_of(images[6], carried, meta);
  CHECK(bars.persistence.values == images[6].values);
  const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t l = 0; l < 6; ++l) {
    CHECK(carried.newest[l].time == 3600 + 600 * static_cast<std::int64_t>(l + 1));
    CHECK(carried.before[l].time == carried.newest[l].time);
    for (std::size_t i = 0; i < 720; ++i) {
      REQUIRE(same(carried.newest[l].values[i], newest[l * 720 + i]));
      REQUIRE(same(carried.before[l].values[i], before[(l + 1) * 720 + i]));
      REQUIRE(same(bars.extrapolation[l].values[i], newest[l * 720 + i]));
      REQUIRE(same(bars.blurred[l].values[i], (l == 2 ? 0.25f : 1) * newest[l * 720 + i]));
    }
  }
}
