#include "models/emulator_scores.hpp"

#include <torch/utils.h>

#include <cmath>
#include <limits>

#include "search/base/sphere.hpp"

namespace stormsweep {

EmulatorScores::EmulatorScores(std::span<const double> latitudes)
    : latitudes_(torch::tensor(std::vector<double>(latitudes.begin(), latitudes.end()), torch::kFloat64)),
      weights_((latitudes_ * degree).cos()),
      squares_(torch::zeros({12, latitudes_.size(0)}, torch::kFloat64)),
      months_(torch::zeros({12}, torch::kFloat64)) {
  weights_ /= weights_.sum();
}

void EmulatorScores::add(const torch::Tensor& prediction, const torch::Tensor& truth,
                         std::span<const int> months_of_year) {
  const auto rows = (prediction - truth).square().mean(2);
  for (std::int64_t t = 0; t < rows.size(0); ++t) {
    const auto month = months_of_year[static_cast<std::size_t>(t)] - 1;
    squares_[month] += rows[t];
    months_[month] += 1;
  }
  prediction_.add(prediction), truth_.add(truth);
}

/// Chan et al. 1983: the moments of two parts give those of both.
void EmulatorScores::Course::add(const torch::Tensor& maps) {
  const auto added = static_cast<double>(maps.size(0)), before = static_cast<double>(months), all = before + added;
  const auto mean_of_maps = maps.mean(0), squares_of_maps = maps.var(0, /*unbiased=*/false) * added;
  if (months == 0) mean = torch::zeros_like(mean_of_maps), squares = torch::zeros_like(mean_of_maps);
  const auto step = mean_of_maps - mean;
  mean = mean + step * (added / all);
  squares = squares + squares_of_maps + step.square() * (before * added / all);
  months += maps.size(0);
}

torch::Tensor EmulatorScores::Course::deviation() const {
  return (squares / static_cast<double>(months)).sqrt();
}

void EmulatorScores::end_run() {
  const auto over_area = [&](const torch::Tensor& map) { return (map.mean(1) * weights_).sum().item<double>(); };
  mean_squares_ += over_area((prediction_.mean - truth_.mean).square());
  deviations_ += over_area((prediction_.deviation() - truth_.deviation()).abs());
  ++runs_;
  prediction_ = {}, truth_ = {};
}

/// `months` [12] and `rows` [height] are 1 where they count, else 0. Where none does, 0 / 0 is NaN.
double EmulatorScores::rmse(const torch::Tensor& months, const torch::Tensor& rows) const {
  const auto weights = weights_ * rows;
  const auto sum = (months.unsqueeze(1) * squares_ * weights).sum().item<double>();
  return std::sqrt(sum / ((months * months_).sum() * weights.sum()).item<double>());
}

double EmulatorScores::monthly_rmse() const {
  return rmse(torch::ones_like(months_), torch::ones_like(weights_));
}

double EmulatorScores::rmse_of_month(int month_of_year) const {
  auto month = torch::zeros_like(months_);
  month[month_of_year - 1] = 1;
  return rmse(month, torch::ones_like(weights_));
}

double EmulatorScores::rmse_of_band(double south, double north) const {
  const auto inside = latitudes_.ge(south).logical_and(latitudes_.lt(north)).to(torch::kFloat64);
  return rmse(torch::ones_like(months_), inside);
}

double EmulatorScores::time_mean_rmse() const {
  return runs_ > 0 ? std::sqrt(mean_squares_ / static_cast<double>(runs_)) : std::numeric_limits<double>::quiet_NaN();
}

double EmulatorScores::time_stddev_mae() const {
  return runs_ > 0 ? deviations_ / static_cast<double>(runs_) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace stormsweep
