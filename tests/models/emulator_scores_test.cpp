#include "models/emulator_scores.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <array>
#include <cmath>

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
  scores.add(maps({-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}), torch::zeros({3, 2, 2}, torch::kFloat64) + 1,
             std::array{1, 1, 2});
  CHECK(scores.time_mean_rmse() == Approx(std::sqrt((1 + 4) / 2.0)));
  CHECK(scores.time_stddev_mae() == 0);
  CHECK(scores.monthly_rmse() == Approx(std::sqrt((1 + 3 * 4) / 4.0)));
  CHECK(scores.rmse_of_month(1) == Approx(std::sqrt((1 + 2 * 4) / 3.0)));
}
