#include "models/decision_scores.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <utility>

namespace stormsweep {

namespace {

constexpr std::int64_t reached_classes = DecisionScores::levels + 1;

}  // namespace

DecisionScores::DecisionScores(std::int64_t lead_times, std::vector<double> thresholds)
    : sums(torch::zeros({lead_times, std::ssize(thresholds), 2, reached_classes}, torch::kFloat64)),
      thresholds_(std::move(thresholds)) {}

void DecisionScores::add(const torch::Tensor& forecast, const torch::Tensor& truth) {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(forecast.dim() == 4 && forecast.sizes() == truth.sizes() && forecast.size(1) == sums.size(0),
              "forecast and truth must be [n, lead times, h, w]");
  const std::int64_t lead_times = sums.size(0);
  const auto lead = torch::arange(lead_times, truth.options().dtype(torch::kInt64)).view({1, -1, 1, 1});
  for (std::size_t t = 0; t < thresholds_.size(); ++t) {
    std::vector<double> rates;
    for (std::int64_t k = 0; k < levels; ++k) rates.push_back(thresholds_[t] * share(k));
    const auto reached =
        torch::bucketize(forecast.contiguous(), torch::tensor(rates, forecast.options()), /*out_int32=*/false,
                         /*right=*/true);
    const auto place = ((lead * 2 + (truth >= thresholds_[t])) * reached_classes + reached).flatten();
    const auto counts =
        torch::bincount(place, {}, lead_times * 2 * reached_classes).view({lead_times, 2, reached_classes});
    sums.select(1, static_cast<std::int64_t>(t)) += counts.cpu();
  }
}

double DecisionScores::csi(std::int64_t l, std::int64_t threshold, std::int64_t level) const {
  return csi_over(l, l, threshold)[static_cast<std::size_t>(level)];
}

std::array<double, DecisionScores::levels> DecisionScores::csi_over(std::int64_t first, std::int64_t last,
                                                                    std::int64_t threshold) const {
  const auto pixels = sums.slice(0, first, last + 1).select(1, threshold).sum(0);
  const auto count = pixels.accessor<double, 2>();
  const double reached = pixels[1].sum().item<double>();
  std::array<double, levels> result{};
  double hits = 0, false_alarms = 0;
  for (std::int64_t level = levels; level-- > 0;) {
    false_alarms += count[0][level + 1], hits += count[1][level + 1];
    result[static_cast<std::size_t>(level)] = hits / (reached + false_alarms);
  }
  return result;
}

std::int64_t DecisionScores::best_level(std::int64_t l, std::int64_t threshold) const {
  const auto csi = csi_over(std::max<std::int64_t>(l - 1, 0), std::min(l + 1, sums.size(0) - 1), threshold);
  const auto at = [&](std::int64_t level) { return csi[static_cast<std::size_t>(level)]; };
  std::int64_t best = at_threshold;
  for (std::int64_t distance = 1; distance < levels; ++distance)
    for (const std::int64_t level : {at_threshold - distance, at_threshold + distance})
      if (level >= 0 && level < levels && at(level) > at(best)) best = level;
  return best;
}

}  // namespace stormsweep
