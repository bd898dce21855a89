#include "models/forecast_scores.hpp"

#include <torch/utils.h>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::int64_t pixels = 0, squared_error = 1, hits = 2, misses = 3, false_alarms = 4;

}  // namespace

ForecastScores::ForecastScores(std::int64_t lead_times, std::vector<double> thresholds)
    : sums(torch::zeros({lead_times, 2 + 3 * static_cast<std::int64_t>(thresholds.size())}, torch::kFloat64)),
      thresholds_(std::move(thresholds)) {}

void ForecastScores::add(const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(forecast.dim() == 4 && forecast.sizes() == truth.sizes() && forecast.size(1) == sums.size(0),
              "forecast and truth must be [n, lead times, h, w]");
  const auto total = [](const torch::Tensor& values) { return values.sum({0, 2, 3}, false, torch::kFloat64); };
  std::vector<torch::Tensor> columns{total(torch::ones_like(truth)),
                                     total((forecast.to(torch::kFloat64) - truth).square())};
  for (const double threshold : thresholds_) {
    const auto said = forecast >= threshold, was = truth >= threshold;
    columns.insert(columns.end(), {total(said & was), total(~said & was), total(said & ~was)});
  }
  sums += torch::stack(columns, 1).cpu();
}

double ForecastScores::mean_squared_error(std::int64_t l) const {
  return sum(l, squared_error) / sum(l, pixels);
}

double ForecastScores::csi(std::int64_t l, std::int64_t threshold) const {
  const auto hit = sum(l, hits + 3 * threshold);
  return hit / (hit + sum(l, misses + 3 * threshold) + sum(l, false_alarms + 3 * threshold));
}

double ForecastScores::pod(std::int64_t l, std::int64_t threshold) const {
  const auto hit = sum(l, hits + 3 * threshold);
  return hit / (hit + sum(l, misses + 3 * threshold));
}

double ForecastScores::far(std::int64_t l, std::int64_t threshold) const {
  const auto false_alarm = sum(l, false_alarms + 3 * threshold);
  return false_alarm / (false_alarm + sum(l, hits + 3 * threshold));
}

}  // namespace stormsweep
