#include "experiments/nowcast/nowcast_product.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/extrapolation.hpp"
#include "datasets/nowcast/histogram_matching.hpp"
#include "experiments/nowcast/nowcast_forecast.hpp"

namespace stormsweep {

namespace {

torch::Tensor stacked(const std::vector<RadarFrame>& images) {
  const RadarGrid& grid = images[0].grid;
  torch::Tensor result = torch::empty({std::ssize(images), grid.height, grid.width});
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::ranges::copy(images[i].values, result[static_cast<std::int64_t>(i)].data_ptr<float>());
  }
  return result;
}

std::vector<float> numbers(const torch::Tensor& image) {
  const torch::Tensor dense = image.contiguous();
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

/// A frame without values, `steps` steps after `newest`.
RadarFrame at_lead(const RadarFrame& newest, const NowcastMeta& model, std::int64_t steps) {
  return {.time = newest.time + steps * std::llround(60 * model.step_minutes),
          .quantity = newest.quantity,
          .grid = newest.grid,
          .values = {}};
}

/// Ranks are those of the forecast before it is clipped: afterwards all dry pixels would be alike.
std::vector<float> finished(std::vector<float> values, const RadarFrame& newest, std::int64_t window) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(newest.values[i])) values[i] = std::numeric_limits<float>::quiet_NaN();
  }
  if (window > 0) values = match_histogram(values, newest.values, newest.grid.height, newest.grid.width, window);
  for (float& value : values) value = value < 0 ? 0 : value;
  return values;
}

}  // namespace

RadarForecast make_nowcast(NowcastNetwork& network, const NowcastMeta& model, const std::vector<RadarFrame>& images,
                           const CarriedImages& carried, const NowcastMaking& making,
                           const std::function<void(std::int64_t, std::int64_t)>& progress) {
  torch::Tensor seen = stacked(images);
  if (network.extrapolates()) seen = torch::cat({seen, stacked(carried.newest), stacked(carried.before)});
  const torch::Tensor future = forecast_images(network, seen, model.statistics, making.tile, progress);
  const RadarFrame& newest = images.back();
  RadarForecast result{.issued = newest.time,
                       .frames = {},
                       .quality = numbers(measured_share(seen, network.tiling())),
                       .quality_meaning = "share of the input pixels behind the forecast that were measured"};
  for (std::int64_t i = 0; i < future.size(0); ++i) {
    RadarFrame& frame = result.frames.emplace_back(at_lead(newest, model, i + 1));
    frame.values = finished(numbers(future[i]), newest, making.window);
  }
  return result;
}

CarriedImages carry_images(const std::vector<RadarFrame>& images, const NowcastMeta& model) {
  const RadarFrame &before = images[images.size() - 2], &newest = images.back();
  const RadarGrid& grid = newest.grid;
  const Motion motion = find_motion(before.values, newest.values, grid.height, grid.width, newest.quantity);
  const std::vector<std::vector<float>> carried =
      extrapolate(std::array{std::span(newest.values), std::span(before.values)}, motion, nowcast_targets + 1);
  const auto frames = [&](const std::vector<float>& values, std::int64_t first_step) {
    const std::int64_t pixels = grid.height * grid.width;
    auto from = values.begin() + first_step * pixels;
    std::vector<RadarFrame> result;
    for (std::int64_t lead = 1; lead <= nowcast_targets; ++lead, from += pixels) {
      result.push_back(at_lead(newest, model, lead));
      result.back().values.assign(from, from + pixels);
    }
    return result;
  };
  return {frames(carried[0], 0), frames(carried[1], 1)};  // the older image is one step further from each lead time
}

NowcastBars bars_of(const RadarFrame& newest, const CarriedImages& carried, const NowcastMeta& model) {
  NowcastBars bars{.persistence = newest, .extrapolation = carried.newest, .blurred = carried.newest};
  for (std::size_t lead = 0; lead < bars.blurred.size(); ++lead) {
    std::vector<float>& values = bars.blurred[lead].values;
    const std::vector<float> soft = blurred(values, newest.grid.height, newest.grid.width, model.blurs[lead]);
    std::ranges::transform(values, soft, values.begin(),
                           [](float sharp, float value) { return std::isnan(sharp) ? sharp : value; });
  }
  return bars;
}

std::vector<std::uint8_t> wholly_measured(const RadarForecast& forecast) {
  std::vector<std::uint8_t> result(forecast.quality.size());
  std::ranges::transform(forecast.quality, result.begin(), [](float share) { return share == 1; });
  return result;
}

double wet_threshold(RadarQuantity quantity) {
  return quantity == RadarQuantity::vil ? 16 : 0.1;
}

namespace {

double minutes(const RadarForecast& forecast, std::size_t lead) {
  return static_cast<double>(forecast.frames[lead].time - forecast.issued) / 60;
}

bool can_be_judged(const RadarForecast& forecast, const RadarFrame& truth, std::size_t i) {
  return forecast.quality[i] == 1 && !std::isnan(truth.values[i]);
}

/// A missing value counts as dry.
float value_of(const RadarFrame& frame, std::size_t i) {
  return std::isnan(frame.values[i]) ? 0 : frame.values[i];
}

/// Judges the pixels that can be judged.
void judge(LeadTimeReport& report, const RadarForecast& forecast, const NowcastBars& bars, std::size_t lead,
           const RadarFrame& truth) {
  const auto error = [&](const RadarFrame& frame, std::size_t i) {
    const double there = value_of(frame, i);
    return (there - truth.values[i]) * (there - truth.values[i]);
  };
  report.truth = report.squared_error = report.persistence_error = 0;
  report.extrapolation_error = report.blurred_error = 0;
  for (std::size_t i = 0; i < truth.values.size(); ++i) {
    if (!can_be_judged(forecast, truth, i)) continue;
    ++report.judged;
    report.truth += truth.values[i];
    report.squared_error += error(forecast.frames[lead], i);
    report.persistence_error += error(bars.persistence, i);
    report.extrapolation_error += error(bars.extrapolation[lead], i);
    report.blurred_error += error(bars.blurred[lead], i);
  }
  for (double* sum : {&report.truth, &report.squared_error, &report.persistence_error, &report.extrapolation_error,
                      &report.blurred_error})
    *sum /= static_cast<double>(report.judged);
}

}  // namespace

std::vector<LeadTimeReport> judge(const RadarForecast& forecast, const NowcastBars& bars,
                                  const std::vector<std::optional<RadarFrame>>& truth) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<LeadTimeReport> result;
  for (std::size_t l = 0; l < forecast.frames.size(); ++l) {
    const RadarFrame& frame = forecast.frames[l];
    LeadTimeReport report{.minutes = minutes(forecast, l),
                          .truth = none,
                          .squared_error = none,
                          .persistence_error = none,
                          .extrapolation_error = none,
                          .blurred_error = none};
    double sum = 0, pixels = 0, wet = 0;
    for (const float value : frame.values) {
      if (std::isnan(value)) continue;
      pixels += 1, sum += value, wet += value >= wet_threshold(frame.quantity);
    }
    report.mean = sum / pixels, report.wet = wet / pixels;
    if (truth[l]) judge(report, forecast, bars, l, *truth[l]);
    result.push_back(report);
  }
  return result;
}

double Told::csi() const {
  return static_cast<double>(hits) / static_cast<double>(hits + misses + false_alarms);
}

std::vector<ThresholdReport> judge_at(const std::vector<float>& thresholds, const RadarForecast& forecast,
                                      const NowcastBars& bars, const std::vector<std::optional<RadarFrame>>& truth) {
  std::vector<ThresholdReport> result;
  for (const float threshold : thresholds)
    for (std::size_t l = 0; l < forecast.frames.size(); ++l) {
      if (!truth[l]) continue;
      std::vector<std::size_t> pixels;
      for (std::size_t i = 0; i < truth[l]->values.size(); ++i)
        if (can_be_judged(forecast, *truth[l], i)) pixels.push_back(i);
      if (pixels.empty()) continue;
      const auto told = [&](const RadarFrame& frame) {
        Told counts;
        for (const std::size_t i : pixels) {
          const bool said = value_of(frame, i) >= threshold, came = truth[l]->values[i] >= threshold;
          counts.hits += said && came, counts.misses += !said && came, counts.false_alarms += said && !came;
        }
        return counts;
      };
      result.push_back({.threshold = threshold,
                        .minutes = minutes(forecast, l),
                        .forecast = told(forecast.frames[l]),
                        .persistence = told(bars.persistence),
                        .extrapolation = told(bars.extrapolation[l]),
                        .blurred = told(bars.blurred[l])});
    }
  return result;
}

}  // namespace stormsweep
