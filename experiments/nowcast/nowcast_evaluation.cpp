#include "experiments/nowcast/nowcast_evaluation.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_batches.hpp"
#include "experiments/nowcast/extrapolation_scores.hpp"
#include "models/nowcast_loss.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t evaluation_batch = 8;  // samples through the network at once
constexpr std::int64_t scored_side = nowcast_loss_sides.back();
constexpr std::array<const char*, rain_thresholds.size()> threshold_names{"0_5", "2", "5", "10"};

double over_all_lead_times(const ForecastScores& scores) {
  double sum = 0;
  for (std::int64_t l = 0; l < nowcast_targets; ++l) sum += scores.mean_squared_error(l);
  return sum / nowcast_targets;
}

void sum_over(Gang& gang, torch::Tensor& sums) {
  torch::Tensor numbers = sums.to(torch::kFloat32);
  gang.sum(numbers);
  sums = numbers.to(torch::kFloat64);
}

}  // namespace

NowcastEvaluation::NowcastEvaluation(NowcastCnn& network, const NowcastPatches& patches,
                                     std::span<const std::int64_t> own, const PixelStatistics& statistics,
                                     const torch::Device& device, Gang& gang)
    : step_minutes_(std::llround(patches.meta().step_minutes)),
      rain_rate_(patches.meta().quantity == RadarQuantity::rain_rate),
      model_(no_nowcast_scores()),
      persistence_(no_nowcast_scores()) {
  const torch::NoGradGuard no_gradient;
  const auto physical = [&](const torch::Tensor& standardised) {
    return (centre(standardised, scored_side) * statistics.deviation + statistics.mean).clamp_min(0);
  };
  torch::Tensor losses = torch::zeros({2}, torch::kFloat64);  // sum, and samples
  for (std::size_t first = 0; first < own.size(); first += evaluation_batch) {
    std::vector<NowcastSample> samples;
    for (const std::int64_t patch : own.subspan(first, std::min<std::size_t>(evaluation_batch, own.size() - first)))
      samples.push_back({patch, 0});
    const Batch batch = gather(patches, samples, statistics);
    const torch::Tensor input = batch.input.to(device), target = batch.target.to(device);
    const auto outputs = network.forward(input, NowcastExtent::inner);
    const auto n = static_cast<double>(samples.size());
    losses += torch::tensor({nowcast_loss(outputs, target).item<double>() * n, n}, torch::kFloat64);
    const torch::Tensor truth = physical(target), last = input.narrow(1, nowcast_inputs - 1, 1);
    model_.add(physical(outputs.back()), truth);
    persistence_.add(physical(last).expand_as(truth), truth);
  }
  for (torch::Tensor* sums : {&losses, &model_.sums, &persistence_.sums}) sum_over(gang, *sums);
  loss_ = losses[0].item<double>() / losses[1].item<double>();
}

void NowcastEvaluation::compare_with(ForecastScores extrapolation, Gang& gang) {
  sum_over(gang, extrapolation.sums);
  extrapolation_ = std::move(extrapolation);
}

Metrics NowcastEvaluation::summary(const std::string& split) const {
  const double error = over_all_lead_times(model_);
  Metrics metrics{{split + "_loss", loss_},
                  {split + "_mse", error},
                  {split + "_skill", 1 - error / over_all_lead_times(persistence_)}};
  if (!extrapolation_) return metrics;
  const double bar = over_all_lead_times(*extrapolation_);
  metrics.emplace_back(split + "_extrapolation_mse", bar);
  metrics.emplace_back(split + "_extrapolation_skill", 1 - error / bar);
  return metrics;
}

Metrics NowcastEvaluation::by_lead_time() const {
  Metrics metrics;
  for (std::int64_t l = 0; l < nowcast_targets; ++l) {
    const auto add = [&](const std::string& name, double value) {
      metrics.emplace_back(profile_metric("test_" + name, step_minutes_ * (l + 1)), value);
    };
    add("mse", model_.mean_squared_error(l));
    add("persistence_mse", persistence_.mean_squared_error(l));
    add("extrapolation_mse", extrapolation_->mean_squared_error(l));
    add("extrapolation_skill", 1 - model_.mean_squared_error(l) / extrapolation_->mean_squared_error(l));
    for (std::size_t t = 0; t < threshold_names.size(); ++t) {
      const auto number = static_cast<std::int64_t>(t);
      const auto score = [&](const char* name, double value) {
        add(std::string(name) + threshold_names[t], rain_rate_ ? value : std::numeric_limits<double>::quiet_NaN());
      };
      score("csi_", model_.csi(l, number));
      score("pod_", model_.pod(l, number));
      score("far_", model_.far(l, number));
      score("persistence_csi_", persistence_.csi(l, number));
      score("extrapolation_csi_", extrapolation_->csi(l, number));
    }
  }
  return metrics;
}

}  // namespace stormsweep
