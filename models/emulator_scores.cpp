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
  const auto over_area = [&](const torch::Tensor& map) { return (map.mean(1) * weights_).sum().item<double>(); };
  mean_squares_ += over_area((prediction.mean(0) - truth.mean(0)).square());
  deviations_ += over_area((prediction.std(0, /*unbiased=*/false) - truth.std(0, false)).abs());
  ++runs_;
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
