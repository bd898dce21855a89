#include "models/binary_metrics.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace stormsweep;
using doctest::Approx;

namespace {

/// All pairs, one by one.
double brute_force_auc(const torch::Tensor& logits, const torch::Tensor& targets) {
  double won = 0, pairs = 0;
  for (std::int64_t i = 0; i < logits.numel(); ++i)
    for (std::int64_t j = 0; j < logits.numel(); ++j) {
      if (targets[i].item<float>() == 0 || targets[j].item<float>() == 1) continue;
      const float positive = logits[i].item<float>(), negative = logits[j].item<float>();
      won += positive > negative ? 1 : positive == negative ? 0.5 : 0;
      ++pairs;
    }
  return won / pairs;
}

}  // namespace

TEST_CASE("a contingency table computed by hand") {
  // Hits 2, misses 1, false alarms 3, correct negatives 4.
  const auto logits = torch::tensor({1.F, 2.F, -1.F, 1.F, 1.F, 3.F, -1.F, -2.F, -3.F, -1.F});
  const auto targets = torch::tensor({1.F, 1.F, 1.F, 0.F, 0.F, 0.F, 0.F, 0.F, 0.F, 0.F});
  const auto m = binary_metrics(logits, targets);
  CHECK(m.hits == 2);
  CHECK(m.misses == 1);
  CHECK(m.false_alarms == 3);
  CHECK(m.correct_negatives == 4);
  CHECK(m.accuracy == Approx(0.6));
  CHECK(m.pod == Approx(2.0 / 3));
  CHECK(m.far == Approx(0.6));
  CHECK(m.csi == Approx(2.0 / 6));
}

TEST_CASE("Brier score, skill and cross-entropy computed by hand") {
  // Probabilities 0.8, 0.2, 0.5 with outcomes 1, 0, 0: logits log(p / (1 - p)).
  const auto m = binary_metrics(torch::tensor({std::log(4.F), -std::log(4.F), 0.F}), torch::tensor({1.F, 0.F, 0.F}));
  CHECK(m.brier == Approx((0.04 + 0.04 + 0.25) / 3));
  CHECK(m.brier_skill == Approx(1 - 0.11 / (2.0 / 9)));
  CHECK(m.loss == Approx(-(2 * std::log(0.8) + std::log(0.5)) / 3));
  CHECK(m.misses + m.hits == 1);  // probability 0.5 itself is a no
  CHECK(m.false_alarms == 0);
}

TEST_CASE("cross-entropy stays finite for logits whose probability rounds to 0 or 1") {
  const auto m = binary_metrics(torch::tensor({200.F, -200.F}), torch::tensor({0.F, 0.F}));
  CHECK(m.loss == Approx(100));
}

TEST_CASE("the area under the ROC curve equals counting all pairs, with ties") {
  torch::manual_seed(1);
  for (int round = 0; round < 20; ++round) {
    const auto logits = torch::randint(-4, 4, {40}, torch::kFloat32);
    const auto targets = (torch::rand({40}) < 0.3).to(torch::kFloat32);
    CHECK(binary_metrics(logits, targets).auc == Approx(brute_force_auc(logits, targets)).epsilon(1e-12));
  }
}

TEST_CASE("what the sample leaves undefined is NaN") {
  const auto no_positives = binary_metrics(torch::tensor({-1.F, -2.F}), torch::zeros({2}));
  CHECK(no_positives.accuracy == 1);
  CHECK(std::isnan(no_positives.pod));
  CHECK(std::isnan(no_positives.far));
  CHECK(std::isnan(no_positives.csi));
  CHECK(std::isnan(no_positives.auc));
  CHECK(std::isnan(no_positives.brier_skill));
  CHECK(std::isnan(binary_metrics(torch::empty({0}), torch::empty({0})).accuracy));

  const auto not_a_number =
      binary_metrics(torch::tensor({1.F, std::numeric_limits<float>::quiet_NaN()}), torch::tensor({1.F, 0.F}));
  CHECK(std::isnan(not_a_number.auc));
  CHECK(std::isnan(not_a_number.loss));
}
