#include "models/binary_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace stormsweep {

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) {
  return whole == 0 ? undefined : part / whole;
}

/// The share of (positive, negative) pairs in which the positive has the larger logit (Mann and Whitney 1947); sorts.
double area_under_roc(std::vector<std::pair<float, bool>>& forecasts) {
  std::sort(forecasts.begin(), forecasts.end());
  std::uint64_t twice_won = 0, positives = 0, negatives = 0;
  for (std::size_t i = 0; i < forecasts.size();) {
    std::uint64_t tied_positives = 0, tied_negatives = 0;
    for (const float logit = forecasts[i].first; i < forecasts.size() && forecasts[i].first == logit; ++i)
      ++(forecasts[i].second ? tied_positives : tied_negatives);
    twice_won += tied_positives * (2 * negatives + tied_negatives);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  return ratio(0.5 * static_cast<double>(twice_won), static_cast<double>(positives) * static_cast<double>(negatives));
}

std::span<const float> values(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// The scores of what was counted, and of sums over the forecasts of Brier's squares and of entropies.
void set_scores(BinaryMetrics& m, std::vector<std::pair<float, bool>>& forecasts, double squares, double entropy) {
  const double n = static_cast<double>(forecasts.size()), hits = static_cast<double>(m.hits);
  const double positives = static_cast<double>(m.hits + m.misses),
               alarms = static_cast<double>(m.hits + m.false_alarms);
  m.accuracy = ratio(hits + static_cast<double>(m.correct_negatives), n);
  m.pod = ratio(hits, positives);
  m.far = ratio(alarms - hits, alarms);
  m.csi = ratio(hits, positives + alarms - hits);
  m.auc = area_under_roc(forecasts);
  m.brier = ratio(squares, n);
  m.brier_skill = 1 - ratio(m.brier, ratio(positives, n) * (1 - ratio(positives, n)));
  m.loss = ratio(entropy, n);
}

}  // namespace

BinaryMetrics binary_metrics(const torch::Tensor& logits, const torch::Tensor& targets) {
  const auto z = logits.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto t = targets.to(torch::kCPU, torch::kFloat32).contiguous();
  TORCH_CHECK(z.dim() == 1 && z.sizes() == t.sizes(), "logits and targets must be [n]");

  BinaryMetrics m;
  double squares = 0, entropy = 0;
  std::vector<std::pair<float, bool>> forecasts;
  forecasts.reserve(static_cast<std::size_t>(z.numel()));
  bool defined = true;
  for (std::size_t i = 0; i < values(z).size(); ++i) {
    const double logit = values(z)[i];
    const bool positive = values(t)[i] > 0.5F, forecast = logit > 0;
    ++(forecast ? (positive ? m.hits : m.false_alarms) : (positive ? m.misses : m.correct_negatives));
    const double difference = 1 / (1 + std::exp(-logit)) - positive;
    squares += difference * difference;
    entropy += std::max(logit, 0.0) - (positive ? logit : 0.0) + std::log1p(std::exp(-std::abs(logit)));
    forecasts.emplace_back(static_cast<float>(logit), positive);
    defined = defined && !std::isnan(logit);
  }

  if (defined)
    set_scores(m, forecasts, squares, entropy);
  else
    m.accuracy = m.pod = m.far = m.csi = m.auc = m.brier = m.brier_skill = m.loss = undefined;
  return m;
}

}  // namespace stormsweep
