#include "models/emulator_scores.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

using namespace stormsweep;
using doctest::Approx;

namespace {

/// Rows at the equator and at 60 degrees, which count 2 to 1.
constexpr std::array latitudes{0.0, 60.0};

torch::Tensor maps(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat64).view({-1, 2, 2});
}

}  // namespace

TEST_CASE("scores of two months on four pixels, by hand") {
  EmulatorScores scores(latitudes);
  // Errors of January: 1, 1 at the equator, 2, 0 at 60; of July: 3, -3, 0, 0.
  scores.add(maps({1, 1, 2, 0, 13, 7, 10, 10}), maps({0, 0, 0, 0, 10, 10, 10, 10}), std::array{1, 7});
  scores.end_run();
  CHECK(scores.rmse_of_month(1) == Approx(std::sqrt(2.0 / 3 * 1 + 1.0 / 3 * 2)));
  CHECK(scores.rmse_of_month(7) == Approx(std::sqrt(2.0 / 3 * 9)));
  CHECK(std::isnan(scores.rmse_of_month(2)));
  CHECK(scores.monthly_rmse() == Approx(std::sqrt((4.0 / 3 + 6) / 2)));
  CHECK(scores.rmse_of_band(-30, 30) == Approx(std::sqrt((1 + 9) / 2.0)));
  CHECK(scores.rmse_of_band(60, 90) == Approx(std::sqrt((2 + 0) / 2.0)));
  CHECK(std::isnan(scores.rmse_of_band(30, 60)));
  // Means over time: errors 2, -1 at the equator, 1, 0 at 60.
  CHECK(scores.time_mean_rmse() == Approx(std::sqrt(2.0 / 3 * (4 + 1) / 2 + 1.0 / 3 * (1 + 0) / 2)));
  // Deviations 6, 3, 4, 5 instead of 5 everywhere, divided by 2 months and not by 1.
  CHECK(scores.time_stddev_mae() == Approx(2.0 / 3 * (1 + 2) / 2 + 1.0 / 3 * (1 + 0) / 2));
}

TEST_CASE("runs have means and deviations of their own, and months count alike whatever run they are of") {
  EmulatorScores scores(latitudes);
  CHECK(std::isnan(scores.time_mean_rmse()));
  CHECK(std::isnan(scores.monthly_rmse()));
  scores.add(maps({1, 1, 1, 1}), maps({0, 0, 0, 0}), std::array{1});
  scores.end_run();
  scores.add(maps({-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}), torch::zeros({3, 2, 2}, torch::kFloat64) + 1,
             std::array{1, 1, 2});
  scores.end_run();
  CHECK(scores.time_mean_rmse() == Approx(std::sqrt((1 + 4) / 2.0)));
  CHECK(scores.time_stddev_mae() == 0);
  CHECK(scores.monthly_rmse() == Approx(std::sqrt((1 + 3 * 4) / 4.0)));
  CHECK(scores.rmse_of_month(1) == Approx(std::sqrt((1 + 2 * 4) / 3.0)));
}

TEST_CASE("a run that is added some months at a time: the same months to the last bit, its course but for rounding") {
  const torch::Tensor prediction = 280 + 10 * torch::randn({31, 2, 2}, torch::kFloat64),
                      truth = 281 + 9 * torch::randn({31, 2, 2}, torch::kFloat64);
  std::vector<int> months;
  for (int i = 0; i < 31; ++i) months.push_back(i % 12 + 1);
  EmulatorScores whole(latitudes), parts(latitudes);
  whole.add(prediction, truth, months), whole.end_run();
  for (const auto& [first, end] : {std::pair{0, 12}, {12, 13}, {13, 31}})
    parts.add(prediction.slice(0, first, end), truth.slice(0, first, end),
              std::span(months).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)));
  parts.end_run();
  CHECK(parts.monthly_rmse() == whole.monthly_rmse());
  CHECK(parts.rmse_of_month(3) == whole.rmse_of_month(3));
  CHECK(parts.rmse_of_band(-30, 30) == whole.rmse_of_band(-30, 30));
  CHECK(parts.time_mean_rmse() == Approx(whole.time_mean_rmse()).epsilon(1e-12));
  CHECK(parts.time_stddev_mae() == Approx(whole.time_stddev_mae()).epsilon(1e-12));
  // By hand.
  const auto over_area = [](const torch::Tensor& map) {
    return (2 * map[0].mean() + map[1].mean()).item<double>() / 3;
  };
  CHECK(parts.time_mean_rmse() ==
        Approx(std::sqrt(over_area((prediction.mean(0) - truth.mean(0)).square()))).epsilon(1e-12));
  CHECK(parts.time_stddev_mae() ==
        Approx(over_area((prediction.std(0, false) - truth.std(0, false)).abs())).epsilon(1e-12));
}
