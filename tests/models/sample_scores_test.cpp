#include "models/sample_scores.hpp"

#include <doctest/doctest.h>
#include <torch/types.h>

#include <cmath>

#include "models/binary_metrics.hpp"

using namespace stormsweep;

namespace {

constexpr auto logits_scale = OutputScale::logits, amounts_scale = OutputScale::amounts;

double mean(std::string_view name, const torch::Tensor& output, const torch::Tensor& target,
            OutputScale scale = logits_scale) {
  return sample_scores(name, output, target, scale).mean().item<double>();
}

}  // namespace

TEST_CASE("scores of samples, by hand") {
  const auto output = torch::tensor({0.F, 1.F, 3.F, -1.F}).reshape({2, 2}),
             target = torch::tensor({0.F, 2.F, 1.F, 1.F}).reshape({2, 2});
  CHECK(sample_scores("mse", output, target, amounts_scale).allclose(torch::tensor({0.5F, 4.F})));
  CHECK(sample_scores("l1", output, target, amounts_scale).allclose(torch::tensor({0.5F, 2.F})));
  CHECK(sample_scores("huber", output, target, amounts_scale).allclose(torch::tensor({0.25F, 1.5F})));

  const auto logits = torch::tensor({2.F, -1.F}), events = torch::tensor({1, 1}, torch::kUInt8);
  const double sure = std::log1p(std::exp(-2.0)), unsure = std::log1p(std::exp(1.0));
  CHECK(mean("bce_with_logits", logits, events) == doctest::Approx((sure + unsure) / 2));
  CHECK(mean("accuracy", logits, events) == 0.5);
  // Probabilities are right on the targets' side of 0.5: all but the third.
  const auto probabilities = torch::tensor({0.1F, 0.9F, 0.4F, 0.6F}), truths = torch::tensor({0.F, 1.F, 1.F, 1.F});
  CHECK(mean("accuracy", probabilities, truths, amounts_scale) == 0.75);
  CHECK(mean("accuracy", torch::logit(probabilities), truths) == 0.75);

  const auto classes = torch::tensor({1.F, 2.F, 3.F, 9.F, 0.F, 0.F}).reshape({2, 3});
  const auto truth = torch::tensor({2, 1}, torch::kInt32);
  CHECK(mean("accuracy", classes, truth) == 0.5);
  const double first = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(3.0)) - 3,
               second = std::log(std::exp(9.0) + 2);
  CHECK(mean("cross_entropy", classes, truth) == doctest::Approx((first + second) / 2));
  // maps: classes along axis 1
  CHECK(mean("accuracy", classes.reshape({1, 3, 2}), torch::tensor({{1, 0}})) == 0.5);
}

TEST_CASE("what cannot be compared is reported, with shapes") {
  const auto column = torch::zeros({2, 1}), row = torch::zeros({2});
  CHECK(misfit("mse", row, row).empty());
  CHECK(misfit("mse", column, row) == "output is [2, 1] and target [2] of reals, but mse wants one shape");
  CHECK(misfit("cross_entropy", torch::zeros({2, 3, 4}), torch::zeros({2, 4}, torch::kInt64)).empty());
  CHECK(!misfit("cross_entropy", torch::zeros({2, 3, 4}), torch::zeros({2, 4})).empty());
  CHECK(!misfit("cross_entropy", torch::zeros({2, 3, 4}), torch::zeros({2, 5}, torch::kInt64)).empty());
  CHECK(misfit("accuracy", row, row).empty());
  CHECK(!misfit("accuracy", column, row).empty());
}

TEST_CASE("scores of a split do not depend on how it is divided") {
  torch::manual_seed(3);
  const auto output = torch::randn({10, 4}), target = (torch::rand({10, 4}) > 0.6).to(torch::kFloat32);
  const std::vector<std::string> names{"loss", "mse", "accuracy", "auc", "csi"};
  const auto scores_of = [&](std::int64_t begin, std::int64_t end, std::int64_t batch) {
    SplitScores scores(names, {0.5, 0.8}, logits_scale, target, torch::kCPU);
    for (std::int64_t first = begin; first < end; first += batch) {
      const std::int64_t last = std::min(end, first + batch);
      const auto out = output.slice(0, first, last), truth = target.slice(0, first, last);
      scores.add(first, out, truth, sample_scores("bce_with_logits", out, truth, logits_scale));
    }
    return scores;
  };
  const SplitScores whole = scores_of(0, 10, 10);
  SplitScores part = scores_of(0, 7, 3);
  const SplitScores rest = scores_of(7, 10, 2);
  // The other rank's numbers, as a gang sums them: in the order of names.
  std::vector<torch::Tensor> others;
  SplitScores(rest).gather([&](torch::Tensor& rows) { others.push_back(rows.clone()); });
  part.gather([&, k = 0](torch::Tensor& rows) mutable { rows += others[k++]; });
  for (const std::string& name : names) CHECK(part.value(name) == whole.value(name));

  const BinaryMetrics known = binary_metrics(output.flatten(), target.flatten());
  CHECK(whole.value("auc") == doctest::Approx(known.auc));
  CHECK(whole.value("accuracy") == doctest::Approx(known.accuracy));
  CHECK(whole.value("loss") == doctest::Approx(known.loss));
  CHECK(whole.csi(0) == doctest::Approx(known.csi));
  CHECK(whole.value("csi") == doctest::Approx((whole.csi(0) + whole.csi(1)) / 2));

  // Amounts: 2 of the 3 that reach 1 were forecast to, and one more was.
  SplitScores amounts({"csi"}, {1, 9}, amounts_scale, torch::zeros({4}), torch::kCPU);
  amounts.add(0, torch::tensor({1.F, 2.F, 0.F, 5.F}), torch::tensor({1.F, 3.F, 1.F, 0.F}), {});
  CHECK(amounts.csi(0) == 0.5);
  CHECK(std::isnan(amounts.csi(1)));
}
