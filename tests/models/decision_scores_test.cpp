#include "models/decision_scores.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>

using namespace stormsweep;
using doctest::Approx;

namespace {

double brute_force(const torch::Tensor& forecast, const torch::Tensor& truth, std::int64_t l, double threshold,
                   double level) {
  const auto f = forecast.accessor<float, 4>(), t = truth.accessor<float, 4>();
  double hits = 0, others = 0;
  for (std::int64_t n = 0; n < f.size(0); ++n)
    for (std::int64_t y = 0; y < f.size(2); ++y)
      for (std::int64_t x = 0; x < f.size(3); ++x) {
        const bool said = f[n][l][y][x] >= static_cast<float>(level), was = t[n][l][y][x] >= threshold;
        hits += said && was ? 1 : 0;
        others += said != was ? 1 : 0;
      }
  return hits / (hits + others);
}

/// One pixel a lead time and sample.
torch::Tensor pixels(std::vector<float> values, std::int64_t lead_times) {
  return torch::tensor(values).view({-1, lead_times, 1, 1});
}

}  // namespace

TEST_CASE("decision scores equal counting pixel by pixel at every level, in one batch, in two, and over ranks") {
  torch::manual_seed(2);
  const std::vector<double> thresholds{0.5, 2};
  const auto truth = torch::rand({3, 2, 5, 4}) * 4, forecast = truth * 0.7 + torch::rand({3, 2, 5, 4});
  DecisionScores whole(2, thresholds), parts(2, thresholds), rank(2, thresholds);
  whole.add(forecast, truth);
  parts.add(forecast.slice(0, 0, 1), truth.slice(0, 0, 1));
  rank.add(forecast.slice(0, 1), truth.slice(0, 1));
  parts.sums += rank.sums;
  CHECK(torch::equal(whole.sums, parts.sums));
  CHECK(whole.sums.sum().item<double>() == 2 * 3 * 2 * 5 * 4);  // each pixel once a threshold
  for (std::int64_t l = 0; l < 2; ++l)
    for (std::int64_t t = 0; t < 2; ++t)
      for (std::int64_t level = 0; level < DecisionScores::levels; ++level) {
        const double threshold = thresholds[static_cast<std::size_t>(t)];
        CHECK(whole.csi(l, t, level) ==
              Approx(brute_force(forecast, truth, l, threshold, threshold * DecisionScores::share(level))));
      }
  CHECK(DecisionScores::share(DecisionScores::at_threshold) == 1);
}

TEST_CASE("a forecast of half the truth is best decided at half the threshold, to a step") {
  const std::vector<float> rain{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  DecisionScores scores(1, {4.5});
  const auto truth = pixels(rain, 1);
  scores.add(truth / 2, truth);
  CHECK(scores.csi(0, 0, DecisionScores::at_threshold) == 0.2);  // only 4.5 counts as yes, of five
  const auto best = scores.best_level(0, 0);
  CHECK(scores.csi(0, 0, best) == 1);
  CHECK(4.5 * DecisionScores::share(best) > 2);     // half of 4, which must count as no
  CHECK(4.5 * DecisionScores::share(best) <= 2.5);  // half of 5, which must count as yes
}

TEST_CASE("a level is chosen with the lead times beside it, of equals the nearest to the threshold") {
  // At the first lead time 0.5 decides best whether 1 is reached; the second has no rain; at the last two 1 is exact.
  const auto truth = pixels({1, 0, 1, 1, 0, 0, 0, 0}, 4), forecast = pixels({0.5, 0, 1, 1, 0, 0, 0, 0}, 4);
  DecisionScores scores(4, {1});
  scores.add(forecast, truth);
  const auto level = [&](std::int64_t l) { return DecisionScores::share(scores.best_level(l, 0)); };
  CHECK(std::isnan(scores.csi(1, 0, DecisionScores::at_threshold)));
  CHECK(level(0) == doctest::Approx(std::exp(-0.7)));  // the next one up is 0.522
  CHECK(level(1) == level(0));                         // by the first and the third
  CHECK(scores.best_level(2, 0) == DecisionScores::at_threshold);
  CHECK(scores.best_level(3, 0) == DecisionScores::at_threshold);
  DecisionScores nothing(2, {1});
  CHECK(nothing.best_level(0, 0) == DecisionScores::at_threshold);
}
