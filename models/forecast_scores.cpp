#include "models/forecast_scores.hpp"

#include <torch/utils.h>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::int64_t pixels = 0, squared_error = 1, of_thresholds = 2;
constexpr std::int64_t hits = 0, misses = 1, false_alarms = 2, of_squares = 3;  // of a threshold

/// The fraction of yes in each square of `side` x `side` pixels; zeros where the side is 0. By differences of running
/// sums, which take no longer for large squares; counts are exact in float32, so that the bits are those of counting
/// square by square.
torch::Tensor fraction(const torch::Tensor& yes, std::int64_t side) {
  if (side == 0) return torch::zeros(yes.sizes(), yes.options().dtype(torch::kFloat32));
  const auto sums = [side](const torch::Tensor& image, std::int64_t dim) {
    const auto running = torch::cat({torch::zeros_like(image.narrow(dim, 0, 1)), image.cumsum(dim)}, dim);
    const std::int64_t squares = running.size(dim) - side;
    return running.narrow(dim, side, squares) - running.narrow(dim, 0, squares);
  };
  return sums(sums(yes.to(torch::kFloat32), 2), 3) / static_cast<double>(side * side);
}

}  // namespace

ForecastScores::ForecastScores(std::int64_t lead_times, std::vector<double> thresholds,
                               std::vector<std::int64_t> squares)
    : thresholds_(std::move(thresholds)), squares_(std::move(squares)) {
  sums = torch::zeros({lead_times, column(std::ssize(thresholds_))}, torch::kFloat64);
}

std::int64_t ForecastScores::column(std::int64_t threshold) const {
  return of_thresholds + threshold * (of_squares + 2 * std::ssize(squares_));
}

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
    for (const std::int64_t side : squares_) {
      const auto a = fraction(said, side), b = fraction(was, side);
      columns.insert(columns.end(), {total((a - b).square()), total(a.square() + b.square())});
    }
  }
  sums += torch::stack(columns, 1).cpu();
}

double ForecastScores::mean_squared_error(std::int64_t l) const {
  return sum(l, squared_error) / sum(l, pixels);
}

double ForecastScores::csi(std::int64_t l, std::int64_t threshold) const {
  const auto hit = sum(l, column(threshold) + hits);
  return hit / (hit + sum(l, column(threshold) + misses) + sum(l, column(threshold) + false_alarms));
}

double ForecastScores::pod(std::int64_t l, std::int64_t threshold) const {
  const auto hit = sum(l, column(threshold) + hits);
  return hit / (hit + sum(l, column(threshold) + misses));
}

double ForecastScores::far(std::int64_t l, std::int64_t threshold) const {
  const auto false_alarm = sum(l, column(threshold) + false_alarms);
  return false_alarm / (false_alarm + sum(l, column(threshold) + hits));
}

double ForecastScores::fss(std::int64_t l, std::int64_t threshold, std::int64_t square) const {
  const auto first = column(threshold) + of_squares + 2 * square;
  return 1 - sum(l, first) / sum(l, first + 1);
}

}  // namespace stormsweep
