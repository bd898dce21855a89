#include "models/forecast_scores.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

namespace {

torch::Tensor draw_rain() {
  return torch::randint(0, 8, {3, 2, 5, 4}).to(torch::kFloat32);
}

struct Counts {
  double squares = 0, hits = 0, misses = 0, false_alarms = 0;
};

Counts brute_force(const torch::Tensor& forecast, const torch::Tensor& truth, std::int64_t l, double threshold) {
  const auto f = forecast.accessor<float, 4>(), t = truth.accessor<float, 4>();
  Counts counts;
  for (std::int64_t n = 0; n < f.size(0); ++n)
    for (std::int64_t y = 0; y < f.size(2); ++y)
      for (std::int64_t x = 0; x < f.size(3); ++x) {
        const double said = f[n][l][y][x], was = t[n][l][y][x];
        counts.squares += (said - was) * (said - was);
        if (said >= threshold && was >= threshold) ++counts.hits;
        if (said < threshold && was >= threshold) ++counts.misses;
        if (said >= threshold && was < threshold) ++counts.false_alarms;
      }
  return counts;
}

}  // namespace

TEST_CASE("forecast scores equal counting pixel by pixel, in one batch, in two, and over ranks") {
  torch::manual_seed(1);
  const std::vector<double> thresholds{2, 5};  // integers occur: a value at the threshold is a yes
  const auto forecast = draw_rain(), truth = draw_rain();
  ForecastScores whole(2, thresholds), parts(2, thresholds), rank(2, thresholds);
  whole.add(forecast, truth);
  parts.add(forecast.slice(0, 0, 1), truth.slice(0, 0, 1));
  rank.add(forecast.slice(0, 1), truth.slice(0, 1));
  parts.sums += rank.sums;
  CHECK(torch::equal(whole.sums, parts.sums));
  CHECK(whole.sums.sizes() == torch::IntArrayRef{2, 8});
  for (std::int64_t l = 0; l < 2; ++l)
    for (std::int64_t i = 0; i < 2; ++i) {
      const auto counts = brute_force(forecast, truth, l, thresholds[static_cast<std::size_t>(i)]);
      CHECK(whole.mean_squared_error(l) == Approx(counts.squares / 60));
      CHECK(whole.csi(l, i) == Approx(counts.hits / (counts.hits + counts.misses + counts.false_alarms)));
      CHECK(whole.pod(l, i) == Approx(counts.hits / (counts.hits + counts.misses)));
      CHECK(whole.far(l, i) == Approx(counts.false_alarms / (counts.hits + counts.false_alarms)));
    }
}

TEST_CASE("forecast scores of nothing, and of a day without rain, are NaN") {
  ForecastScores scores(1, {0.5});
  CHECK(std::isnan(scores.mean_squared_error(0)));
  scores.add(torch::zeros({1, 1, 2, 2}), torch::zeros({1, 1, 2, 2}));
  CHECK(scores.mean_squared_error(0) == 0);
  CHECK(std::isnan(scores.csi(0, 0)));
  CHECK(std::isnan(scores.pod(0, 0)));
  CHECK(std::isnan(scores.far(0, 0)));
}

TEST_CASE("sums of squares keep double precision") {
  ForecastScores scores(1, {});
  for (int i = 0; i < 3; ++i) scores.add(torch::full({1, 1, 1, 1}, 4097.0), torch::zeros({1, 1, 1, 1}));
  CHECK(scores.mean_squared_error(0) == 4097.0 * 4097.0);  // needs 25 bits
}

TEST_CASE("the fractions skill score equals counting square by square") {
  torch::manual_seed(4);
  const auto forecast = draw_rain(), truth = draw_rain();  // [3, 2, 5, 4]
  const double threshold = 5;
  const std::vector<std::int64_t> sides{1, 2, 4};
  ForecastScores scores(2, {2, threshold}, sides);
  scores.add(forecast, truth);
  const auto f = forecast.accessor<float, 4>(), t = truth.accessor<float, 4>();
  for (std::size_t s = 0; s < sides.size(); ++s)
    for (std::int64_t l = 0; l < 2; ++l) {
      double differences = 0, squares = 0;
      const std::int64_t side = sides[s];
      for (std::int64_t n = 0; n < 3; ++n)
        for (std::int64_t y = 0; y + side <= 5; ++y)
          for (std::int64_t x = 0; x + side <= 4; ++x) {
            double said = 0, was = 0;
            for (std::int64_t k = 0; k < side * side; ++k) {
              said += f[n][l][y + k / side][x + k % side] >= threshold;
              was += t[n][l][y + k / side][x + k % side] >= threshold;
            }
            const auto area = static_cast<double>(side * side);
            differences += (said - was) * (said - was) / (area * area);
            squares += (said * said + was * was) / (area * area);
          }
      CHECK(scores.fss(l, 1, static_cast<std::int64_t>(s)) == Approx(1 - differences / squares));
    }
  CHECK(scores.fss(0, 1, 2) > scores.fss(0, 1, 0));  // for noise, larger squares forgive more
}

TEST_CASE("the fractions skill score of rain a pixel off is 0 by the pixel and rises with the square") {
  ForecastScores scores(1, {1}, {1, 2});
  const auto truth = torch::zeros({1, 1, 4, 4});
  auto forecast = truth.clone(), seen = truth.clone();
  forecast[0][0][1][1] = 2, seen[0][0][1][2] = 2;
  scores.add(forecast, seen);
  CHECK(scores.fss(0, 0, 0) == 0);
  // Among nine 2x2 squares each pixel is in four: two hold both, two only the one, two only the other.
  CHECK(scores.fss(0, 0, 1) == Approx(1 - 4.0 / 8));
}

TEST_CASE("squares summed along columns and then along rows have the bits of each square for itself") {
  torch::manual_seed(6);
  const auto forecast = torch::randint(0, 8, {3, 6, 48, 48}).to(torch::kFloat32), truth = forecast.flip({3});
  const std::vector<std::int64_t> sides{1, 4, 7, 16, 48};  // 1/49 is no float
  ForecastScores scores(6, {4}, sides);
  scores.add(forecast, truth);
  for (std::size_t s = 0; s < sides.size(); ++s) {
    const auto fraction = [&](const torch::Tensor& rain) {
      return torch::avg_pool2d((rain >= 4).to(torch::kFloat32), sides[s], 1);
    };
    const auto a = fraction(forecast), b = fraction(truth);
    const auto total = [](const torch::Tensor& values) { return values.sum({0, 2, 3}, false, torch::kFloat64); };
    const auto first = static_cast<std::int64_t>(5 + 2 * s);  // behind pixels, squares, hits, misses and false alarms
    CHECK(torch::equal(scores.sums.select(1, first), total((a - b).square())));
    CHECK(torch::equal(scores.sums.select(1, first + 1), total(a.square() + b.square())));
  }
}
