#include "experiments/nowcast/nowcast_evaluation.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_batches.hpp"
#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "datasets/prefetch.hpp"
#include "experiments/nowcast/extrapolation_scores.hpp"
#include "experiments/nowcast/seen_centre.hpp"
#include "experiments/task/gang_sums.hpp"
#include "models/nowcast_loss.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t evaluation_batch = 8;  // samples through the network at once
constexpr int evaluation_batches_ahead = 2;
constexpr std::array<const char*, rain_thresholds.size()> threshold_names{"0_5", "2", "5", "10"};
constexpr std::array<const char*, rain_scales.size()> scale_names{"4km", "16km"};
constexpr std::array<const char*, rain_thresholds.size() + 1> class_names{"below_0_5", "from_0_5", "from_2", "from_5",
                                                                          "from_10"};

double over_all_lead_times(const ForecastScores& scores) {
  double sum = 0;
  for (std::int64_t l = 0; l < nowcast_targets; ++l) sum += scores.mean_squared_error(l);
  return sum / nowcast_targets;
}

RainLevels best_levels(const DecisionScores& decisions) {
  RainLevels levels{};
  for (std::int64_t l = 0; l < nowcast_targets; ++l)
    for (std::size_t t = 0; t < rain_thresholds.size(); ++t)
      levels[static_cast<std::size_t>(l)][t] = decisions.best_level(l, static_cast<std::int64_t>(t));
  return levels;
}

/// What patches show in the centre, in physical units.
struct SeenPatches {
  torch::Tensor truth, last;  ///< what came, and the newest image
};

SeenPatches look_at(const NowcastPatches& patches, std::span<const std::int64_t> numbers) {
  std::vector<torch::Tensor> truths, lasts;
  for (const std::int64_t patch : numbers) {
    truths.push_back(seen_centre(patches.target(patch), patches));
    lasts.push_back(seen_centre(patches.input(patch).last(patches.input(patch).size() / nowcast_inputs), patches));
  }
  return {torch::cat(truths), torch::cat(lasts)};
}

}  // namespace

NowcastEvaluation::NowcastEvaluation(NowcastNetwork& network, const NowcastPatches& patches,
                                     const Extrapolations* extrapolations, std::span<const std::int64_t> own,
                                     const PixelStatistics& statistics, const RainWeights& weights, int background,
                                     const torch::Device& device, Gang& gang,
                                     const std::function<void(std::int64_t)>& begin)
    : step_seconds_(std::llround(60 * patches.meta().step_minutes)),
      rain_rate_(patches.meta().quantity == RadarQuantity::rain_rate),
      model_(empty_nowcast_scores(patches.meta())),
      persistence_(empty_nowcast_scores(patches.meta())),
      decisions_(empty_nowcast_decisions()),
      reliability_(empty_nowcast_reliability()) {
  const torch::NoGradGuard no_gradient;
  const auto physical = [&](const torch::Tensor& standardised) {
    return (centre(standardised, nowcast_centre) * statistics.deviation + statistics.mean).clamp_min(0);
  };
  torch::Tensor losses = torch::zeros({2}, torch::kFloat64);  // sum, and samples
  const auto some = [&](std::int64_t k) {
    const auto first = static_cast<std::size_t>(k * evaluation_batch);
    return own.subspan(first, std::min<std::size_t>(evaluation_batch, own.size() - first));
  };
  const auto make = [&](std::int64_t k) {
    std::vector<NowcastSample> samples;
    for (const std::int64_t patch : some(k)) samples.push_back({patch, 0});
    return gather(patches, samples, statistics, extrapolations);
  };
  const std::int64_t count = (std::ssize(own) + evaluation_batch - 1) / evaluation_batch;
  Prefetch batches(count, make, background, evaluation_batches_ahead, device);
  for (std::int64_t k = 0; k < count; ++k) {
    begin(k * evaluation_batch);
    const SeenPatches seen = look_at(patches, some(k));
    const Batch batch = batches.next().value();
    const torch::Tensor input = batch.input.to(device), target = batch.target.to(device);
    const auto outputs = network.forward(input, NowcastExtent::inner);
    const auto n = static_cast<double>(input.size(0));
    losses += torch::tensor({nowcast_loss(outputs, target, weights).item<double>() * n, n}, torch::kFloat64);
    const torch::Tensor truth = seen.truth.to(device), forecast = physical(outputs.back());
    model_.add(forecast, truth);
    decisions_.add(forecast, truth);
    reliability_.add(forecast, truth);
    persistence_.add(seen.last.to(device).expand_as(truth), truth);
  }
  for (torch::Tensor* sums : {&losses, &model_.sums, &persistence_.sums, &decisions_.sums, &reliability_.sums})
    sum_over(gang, *sums);
  loss_ = losses[0].item<double>() / losses[1].item<double>();
}

DecisionLevels NowcastEvaluation::levels(const ExtrapolationScores& extrapolation) const {
  return {.network = best_levels(decisions_),
          .extrapolation = best_levels(extrapolation.plain_decisions),
          .blurred = best_levels(extrapolation.blurred_decisions)};
}

void NowcastEvaluation::compare_with(const ExtrapolationScores& extrapolation, const DecisionLevels& levels) {
  extrapolation_ = extrapolation;
  levels_ = levels;
}

Metrics NowcastEvaluation::summary(const std::string& split) const {
  const double error = over_all_lead_times(model_);
  Metrics metrics{{split + "_loss", loss_},
                  {split + "_mse", error},
                  {split + "_skill", 1 - error / over_all_lead_times(persistence_)}};
  if (!extrapolation_) return metrics;
  const auto compare = [&](const std::string& name, const ForecastScores& other) {
    const double bar = over_all_lead_times(other);
    metrics.emplace_back(split + name + "_mse", bar);
    metrics.emplace_back(split + name + "_skill", 1 - error / bar);
  };
  compare("_extrapolation", extrapolation_->plain);
  compare("_blurred", extrapolation_->blurred);
  return metrics;
}

Metrics NowcastEvaluation::by_lead_time() const {
  Metrics metrics;
  const ForecastScores &plain = extrapolation_->plain, &blurred = extrapolation_->blurred;
  for (std::int64_t l = 0; l < nowcast_targets; ++l) {
    const std::int64_t seconds = step_seconds_ * (l + 1);
    if (seconds % 60 != 0) continue;
    const auto add = [&](const std::string& name, double value) {
      metrics.emplace_back(profile_metric("test_" + name, seconds / 60), value);
    };
    const double error = model_.mean_squared_error(l);
    add("mse", error);
    add("persistence_mse", persistence_.mean_squared_error(l));
    add("extrapolation_mse", plain.mean_squared_error(l));
    add("extrapolation_skill", 1 - error / plain.mean_squared_error(l));
    add("blurred_mse", blurred.mean_squared_error(l));
    add("blurred_skill", 1 - error / blurred.mean_squared_error(l));
    for (std::size_t t = 0; t < threshold_names.size(); ++t)
      add_threshold(l, t, [&](const std::string& name, double value) {
        add(name + "_" + threshold_names[t], rain_rate_ ? value : std::numeric_limits<double>::quiet_NaN());
      });
  }
  return metrics;
}

void NowcastEvaluation::add_threshold(std::int64_t l, std::size_t t,
                                      const std::function<void(const std::string&, double)>& add) const {
  const auto number = static_cast<std::int64_t>(t);
  const ForecastScores& plain = extrapolation_->plain;
  add("csi", model_.csi(l, number));
  add("pod", model_.pod(l, number));
  add("far", model_.far(l, number));
  add("persistence_csi", persistence_.csi(l, number));
  add("extrapolation_csi", plain.csi(l, number));
  add("blurred_csi", extrapolation_->blurred.csi(l, number));
  const auto level = [&](const RainLevels& levels) { return levels[static_cast<std::size_t>(l)][t]; };
  add("level", rain_thresholds[t] * DecisionScores::share(level(levels_.network)));
  add("decided_csi", decisions_.csi(l, number, level(levels_.network)));
  add("extrapolation_decided_csi", extrapolation_->plain_decisions.csi(l, number, level(levels_.extrapolation)));
  add("blurred_decided_csi", extrapolation_->blurred_decisions.csi(l, number, level(levels_.blurred)));
  for (std::size_t s = 0; s < scale_names.size(); ++s) {
    const std::string name = std::string("fss_") + scale_names[s];
    add(name, model_.fss(l, number, static_cast<std::int64_t>(s)));
    add("extrapolation_" + name, plain.fss(l, number, static_cast<std::int64_t>(s)));
  }
}

Metrics NowcastEvaluation::by_rain_class() const {
  Metrics metrics;
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const auto add = [&](const std::string& name, double value) {
      metrics.emplace_back(profile_metric("test_" + name, class_names[c]),
                           rain_rate_ ? value : std::numeric_limits<double>::quiet_NaN());
    };
    const auto describe = [&](const std::string& who, const Reliability& amounts) {
      add(who + "share", amounts.share(static_cast<std::int64_t>(c)));
      add(who + "forecast", amounts.forecast(static_cast<std::int64_t>(c)));
      add(who + "seen", amounts.seen(static_cast<std::int64_t>(c)));
    };
    describe("", reliability_);
    describe("extrapolation_", extrapolation_->reliability);
  }
  return metrics;
}

}  // namespace stormsweep
